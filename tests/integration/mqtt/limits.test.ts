import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import packets, { type IConnectPacket } from 'mqtt-packet';
import { expect, it } from 'vitest';
import { CLIENT_ID_MAX, CONNECTIONS_PER_DEVICE_MAX, SUBSCRIPTIONS_MAX } from '../../../adapters/mqtt/admission.ts';
import { STRANGERS_MAX } from '../../../adapters/mqtt/door.ts';
import { connectDevice, EVENT, event, startAdapter } from './parts.ts';
import { startSecured } from './secured.ts';

type Cleanup = (fn: () => Promise<void>) => void;

async function rawConnection(onTestFinished: Cleanup, url: string): Promise<Socket> {
  const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  onTestFinished(async () => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

const connectPacket = (more: Partial<IConnectPacket>): Buffer =>
  packets.generate({
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: 'x',
    clean: true,
    keepalive: 0,
    ...more,
  });

it('reads one connection no faster than its rate, loses nothing of it, and another does not wait', async ({
  onTestFinished,
}) => {
  const { intake, adapter, url } = await startAdapter(onTestFinished, { messagesPerSecond: 200 });
  const [loud, quiet] = [await connectDevice(onTestFinished, url), await connectDevice(onTestFinished, url)];
  const began = performance.now();
  const all = Promise.all(
    Array.from({ length: 600 }, (_, index) => loud.publishAsync(EVENT, event(`loud-${index}`), { qos: 1 })),
  );
  await intake.until(() => adapter.stats().throttled !== 0);
  const asked = performance.now();
  await quiet.publishAsync('fengsui/v1/quiet/event', event('quiet'), { qos: 1 });
  expect(performance.now() - asked).toBeLessThan(250);
  expect(intake.accepted.length).toBeLessThan(601);
  await all;
  expect(performance.now() - began).toBeGreaterThan(1_200); // one piece of the stream at once, then 200 a second
  expect(intake.accepted).toHaveLength(601);
});

it('closes connections that do not sign in beyond a number, and takes devices again when they are gone', async ({
  onTestFinished,
}) => {
  const { adapter, url } = await startAdapter(onTestFinished);
  const strangers = await Promise.all(Array.from({ length: STRANGERS_MAX }, () => rawConnection(onTestFinished, url)));
  const beyond = await rawConnection(onTestFinished, url);
  await once(beyond, 'close');
  expect(adapter.stats()).toMatchObject({ connectionsRefused: 1 });
  const gone = Promise.all(strangers.map((socket) => once(socket, 'close')));
  for (const socket of strangers) socket.destroy();
  await gone;
  await connectDevice(onTestFinished, url);
});

it.each([
  ['no MQTT', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ['a CONNECT of another protocol', Buffer.concat([Buffer.from([0x10, 0x40, 0x00, 0x20]), Buffer.alloc(40)])],
  ['version 6', Buffer.from([0x10, 0x0c, 0, 4, 0x4d, 0x51, 0x54, 0x54, 6, 2, 0, 60, 0, 0])],
])('closes a connection that opens with %s', async (_what, bytes) => {
  const ends: (() => Promise<void>)[] = [];
  const { url } = await startAdapter((end) => ends.push(end));
  const socket = await rawConnection((end) => ends.push(end), url);
  socket.resume().write(bytes);
  await once(socket, 'close');
  for (const end of ends.reverse()) await end();
});

it('understands a CONNECT that comes byte by byte', async ({ onTestFinished }) => {
  const { url } = await startAdapter(onTestFinished);
  const socket = await rawConnection(onTestFinished, url);
  socket.setNoDelay(true);
  const bytes = connectPacket({ clientId: 'slow' });
  const answer = once(socket, 'data');
  for (const byte of bytes) await new Promise<void>((resolve) => socket.write(Buffer.from([byte]), () => resolve()));
  expect((await answer)[0]).toEqual(Buffer.from([0x20, 2, 0, 0]));
});

it('takes no large message from a stranger', async ({ onTestFinished }) => {
  const { intake, url } = await startSecured(onTestFinished);
  const socket = connectTls({ port: Number(new URL(url).port), host: '127.0.0.1', rejectUnauthorized: false });
  socket.on('error', () => undefined);
  onTestFinished(async () => void socket.destroy());
  await once(socket, 'secureConnect');
  socket.write(connectPacket({ username: 'yz-fence-k812', password: Buffer.from('a guess') }));
  socket.write(
    packets.generate({
      cmd: 'publish',
      topic: EVENT,
      payload: Buffer.alloc(300_000),
      qos: 0,
      retain: false,
      dup: false,
    }),
  );
  socket.resume();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  expect(intake.accepted).toEqual([]);
});

it('gives a device a few connections, and the next is refused', async ({ onTestFinished }) => {
  const { signedIn } = await startSecured(onTestFinished);
  const connections = await Promise.all(
    Array.from({ length: CONNECTIONS_PER_DEVICE_MAX }, (_, index) =>
      signedIn('yz-fence-k812', { clientId: `c${index}` }),
    ),
  );
  await expect(signedIn('yz-fence-k812', { clientId: 'one more' })).rejects.toThrow(/[Nn]ot authorized/);
  await connections[0]?.endAsync();
  await signedIn('zs-door-1');
});

it('takes no more subscriptions of a connection than it names, and no endless client id', async ({
  onTestFinished,
}) => {
  const { url } = await startAdapter(onTestFinished);
  const device = await connectDevice(onTestFinished, url);
  const topics = Array.from({ length: SUBSCRIPTIONS_MAX }, (_, index) => `fengsui/v1/${index}/command`);
  await device.subscribeAsync(topics);
  await device.subscribeAsync(topics[0] ?? ''); // one that it has
  await expect(device.subscribeAsync('one/more')).rejects.toThrow();
  await device.unsubscribeAsync(topics[0] ?? '');
  await device.subscribeAsync('one/more');
  const long = await rawConnection(onTestFinished, url);
  long.resume().write(connectPacket({ clientId: 'x'.repeat(CLIENT_ID_MAX + 1) }));
  await once(long, 'close');
});
