import { once } from 'node:events';
import { readdir, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import type { MqttClient } from 'mqtt';
import packets from 'mqtt-packet';
import { expect, it } from 'vitest';
import { loadCodecs } from '../../../adapters/codec/load-codecs.ts';
import { CommandDesk } from '../../../adapters/mqtt/commands.ts';
import { connectOutside } from '../../../adapters/mqtt/outside.ts';
import { Reader } from '../../../adapters/mqtt/reader.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { connectDevice, EVENT, event, log, startAdapter } from './parts.ts';
import { directory, RecordingIntake } from './recording-intake.ts';
import { startSecured } from './secured.ts';

type Cleanup = (fn: () => Promise<void>) => void;
const STATUS = 'fengsui/v1/yz-fence-k812/status';
const WILL = { topic: STATUS, payload: Buffer.from('offline'), qos: 1 as const, retain: true };

const closing = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));

/** A wire between a client and a broker that can go dead without closing, as a pulled plug does. */
async function wireTo(onTestFinished: Cleanup, target: string) {
  const sockets = new Set<Socket>();
  const wire = { isDead: false };
  const server = createServer((near) => {
    const far = connectTcp(Number(new URL(target).port), '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    const pass = (from: Socket, to: Socket): void => {
      from.on('data', (chunk) => wire.isDead || to.write(chunk));
      from.on('close', () => wire.isDead || to.destroy());
    };
    pass(near, far);
    pass(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { wire, url: `mqtt://127.0.0.1:${port}` };
}

it('half-open TCP: a device that is gone without a word is missed after its keep-alive, by its last will', async ({
  onTestFinished,
}) => {
  const { intake, adapter, url } = await startAdapter(onTestFinished);
  const { wire, url: wired } = await wireTo(onTestFinished, url);
  await connectDevice(onTestFinished, wired, { will: WILL, keepalive: 1, reconnectPeriod: 0 });
  wire.isDead = true;
  await intake.until(() => intake.accepted.length === 1);
  expect(intake.accepted).toMatchObject([{ kind: 'status', online: false }]);
  await expect.poll(() => adapter.stats().connections).toBe(0);
});

it('broker silent: a gateway whose outside broker says nothing any more connects anew, and loses nothing', async ({
  onTestFinished,
}) => {
  const broker = await startMosquitto(onTestFinished);
  const { wire, url } = await wireTo(onTestFinished, broker.url);
  const intake = new RecordingIntake();
  const commands = new CommandDesk({ directory, now: Date.now, publish: () => undefined });
  const reader = new Reader({ codecs: await loadCodecs(), house: houseOf(), directory, commands, log, now: Date.now });
  const ports = { url, clientId: 'gateway', username: undefined, password: undefined, reader, intake, log };
  const gateway = await connectOutside({ ...ports, filters: ['fengsui/v1/+/event'], keepAliveS: 1 });
  onTestFinished(() => gateway.stop());
  const device = await connectDevice(onTestFinished, broker.url);
  wire.isDead = true;
  await device.publishAsync(EVENT, event('into the dead wire'), { qos: 1 });
  await expect.poll(() => gateway.isConnected(), { timeout: 10_000 }).toBe(false);
  wire.isDead = false;
  await device.publishAsync(EVENT, event('after'), { qos: 1 });
  await intake.until(() => new Set(intake.accepted.map((report) => 'id' in report && report.id)).size === 2);
  expect(intake.accepted).toMatchObject([{ id: 'into the dead wire' }, { id: 'after' }]);
});

it('same client id twice: the newer connection counts and the older is closed', async ({ onTestFinished }) => {
  const { intake, adapter, url } = await startAdapter(onTestFinished);
  const older = await connectDevice(onTestFinished, url, { clientId: 'esp32', reconnectPeriod: 0 });
  const closed = closing(older);
  const newer = await connectDevice(onTestFinished, url, { clientId: 'esp32', reconnectPeriod: 0 });
  await closed;
  await newer.publishAsync(EVENT, event('from the newer'), { qos: 1 });
  expect(intake.accepted).toMatchObject([{ id: 'from the newer' }]);
  expect(adapter.stats()).toMatchObject({ connections: 1 });
});

it('poison messages: whatever bytes a connection sends, the others go on', async ({ onTestFinished }) => {
  const { intake, url } = await startAdapter(onTestFinished);
  const device = await connectDevice(onTestFinished, url, { reconnectPeriod: 0 });
  const hello = (protocolVersion: 4 | 5) =>
    packets.generate({ cmd: 'connect', protocolId: 'MQTT', protocolVersion, clientId: 'p', clean: true, keepalive: 0 });
  const kind = fc.constantFrom(0x00, 0x10, 0x30, 0x32, 0x34, 0x40, 0x62, 0x82, 0xa2, 0xc0, 0xe0, 0xf0);
  const body = fc.uint8Array({ maxLength: 120 });
  const piece = fc.tuple(kind, body).map(([first, bytes]) => Buffer.from([first, bytes.length, ...bytes]));
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(4 as const, 5 as const),
      fc.array(piece, { maxLength: 8 }),
      async (version, poison) => {
        const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
        socket.on('error', () => undefined).resume();
        socket.end(Buffer.concat([hello(version), ...poison]));
        await new Promise<void>((resolve) => socket.once('close', () => resolve()));
        await device.publishAsync(EVENT, event(`next-${count++}`), { qos: 1 });
      },
    ),
    { numRuns: 150 },
  );
  const heard = intake.accepted.filter((report) => report.kind === 'signal' && report.id?.startsWith('next-') === true);
  expect(heard).toHaveLength(count);
  expect(device.connected).toBe(true);
});

it('a torn file of sessions is set aside, and the broker begins anew', async ({ onTestFinished }) => {
  const folder = await temporaryFolder(onTestFinished);
  const sessionFile = join(folder, 'mqtt.sqlite');
  await writeFile(sessionFile, 'x'.repeat(8192));
  const { url } = await startAdapter(onTestFinished, {}, { sessionFile });
  const device = await connectDevice(onTestFinished, url, { reconnectPeriod: 0 });
  await device.publishAsync(STATUS, 'online', { qos: 1, retain: true });
  expect((await readdir(folder)).some((name) => name.startsWith('mqtt.sqlite.broken-'))).toBe(true);
});

it('a sign-in that cannot be checked lets nobody in, and the broker goes on', async ({ onTestFinished }) => {
  const { signedIn } = await startSecured(onTestFinished);
  await expect(signedIn('breaks-the-check')).rejects.toThrow(/[Nn]ot authorized/);
  await signedIn('zs-door-1');
});

it('restart: a device that does not come back is missed by the will it left before, one that does is not', async ({
  onTestFinished,
}) => {
  const sessionFile = join(await temporaryFolder(onTestFinished), 'mqtt.sqlite');
  const before = await startAdapter(onTestFinished, {}, { sessionFile });
  const other = { ...WILL, topic: 'fengsui/v1/zs-door-1/status' };
  await connectDevice(onTestFinished, before.url, { clientId: 'fence', will: WILL, reconnectPeriod: 0 });
  await connectDevice(onTestFinished, before.url, { clientId: 'door', will: other, reconnectPeriod: 0 });
  await before.adapter.stop();
  expect(before.intake.accepted).toEqual([]); // the gateway went, not they
  const { intake, url } = await startAdapter(onTestFinished, {}, { sessionFile, returnWithinMs: 400 });
  const door = await connectDevice(onTestFinished, url, { clientId: 'door', reconnectPeriod: 0 }); // now without a will
  await intake.until(() => intake.accepted.length > 0);
  await door.publishAsync('fengsui/v1/zs-door-1/event', event('back'), { qos: 1 });
  expect(intake.accepted).toMatchObject([
    { kind: 'status', device: 'yz-fence-k812', online: false },
    { kind: 'signal', device: 'zs-door-1' },
  ]);
});
