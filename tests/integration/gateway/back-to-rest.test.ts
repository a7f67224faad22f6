import { connect as connectTcp } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { connectAsync } from 'mqtt';
import pino from 'pino';
import { expect, it } from 'vitest';
import { loadSettings } from '../../../config/load.ts';
import { openGateway } from '../../../gateway/gateway.ts';
import { connected, openSocket, signIn } from '../../parts/http-gateway.ts';
import { type OnFinished, temporaryFolder } from '../../parts/temporary-folder.ts';

const PASSWORD = 'a password for tests';
const ROUNDS = 2;
/** What may stay: code that is compiled later, and what V8 does not give back at once. A connection kept is more. */
const GROWN_MAX_BYTES = 12 * 2 ** 20;
const FENCE = { kind: 'railway', profile: 'fengsui', name: '周界', region: '360902001000', place: {} };

/** A gateway in this process, some minutes of a bad day in a second, and its end. */
async function bad(onFinished: OnFinished): Promise<void> {
  const loaded = loadSettings({
    file: undefined,
    env: {
      FENGSUI_DATA_DIR: await temporaryFolder(onFinished),
      FENGSUI_HTTP_PORT: '0',
      FENGSUI_MQTT_PORT: '0',
      FENGSUI_ADMIN_PASSWORD: PASSWORD,
    },
  });
  if (!loaded.ok) throw new Error('no settings');
  const log = pino({ level: 'silent' });
  const ports = { log, announce: () => undefined, onLost: () => undefined, now: Date.now, random: Math.random };
  const gateway = await openGateway(loaded.value, ports);
  try {
    const admin = await signIn(gateway.address, 'admin', PASSWORD);
    for (let number = 0; number < 5; number += 1) await admin.put(`/devices/fence-${number}`, FENCE);
    await Promise.all([screens(gateway.address, admin.token), devices(gateway.mqttUrl), strangers(gateway.mqttUrl)]);
    await admin.get('/alarms?limit=50');
  } finally {
    await gateway.stop();
  }
}

/** Screens that go without a word. */
async function screens(url: string, token: string | undefined): Promise<void> {
  const ends: (() => void)[] = [];
  for (let number = 0; number < 5; number += 1) {
    const socket = openSocket((end) => ends.push(end), url, token);
    await connected(socket);
    await socket.emitWithAck('subscribe', {});
  }
  for (const end of ends) end();
}

/** Devices that talk, and are cut in the middle. */
async function devices(url: string): Promise<void> {
  for (let number = 0; number < 5; number += 1) {
    const topic = `fengsui/v1/fence-${number}`;
    const will = { topic: `${topic}/status`, payload: Buffer.from('offline'), qos: 1 as const, retain: true };
    const client = await connectAsync(url, { will, reconnectPeriod: 0 });
    client.on('error', () => undefined);
    const said = Array.from({ length: 40 }, (_, id) => {
      const event = { id: String(id), type: 'railway.perimeter.intrusion', active: id % 2 === 0 };
      return [
        client.publishAsync(`${topic}/event`, JSON.stringify(id % 10 === 9 ? { id } : event), { qos: 1 }),
        client.publishAsync(`${topic}/telemetry`, JSON.stringify({ values: { rail: id } }), { qos: 1 }),
      ];
    });
    await Promise.all(said.flat());
    client.stream.destroy();
  }
}

/** Connections that say nothing, or nothing sensible. */
async function strangers(url: string): Promise<void> {
  for (let number = 0; number < 20; number += 1) {
    const socket = connectTcp(Number(new URL(url).port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    if (number % 2 === 0) socket.end(Buffer.from([number, 255, 255, 255]));
    else socket.destroy();
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
}

/** Sockets, servers, timers, children and threads that this process holds. Not what it reads at this moment. */
function held(): Readonly<Record<string, number>> {
  const kinds = process
    .getActiveResourcesInfo()
    .filter((kind) => !/^(FSReq|Immediate|CloseReq|GetAddrInfo)/.test(kind));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

it('memory, sockets, child processes and timers are back where they were once a gateway is stopped', async ({
  onTestFinished,
}) => {
  await bad(onTestFinished); // what is loaded and compiled once is no leak
  collectGarbage();
  const [before, heap] = [held(), process.memoryUsage().heapUsed];
  for (let round = 0; round < ROUNDS; round += 1) await bad(onTestFinished);
  // A few turns for what is closing; without a timer of our own, which would be counted.
  for (let turns = 0; turns < 1_000 && !isDeepStrictEqual(held(), before); turns += 1) await setImmediate();
  expect(held()).toEqual(before);
  collectGarbage();
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(GROWN_MAX_BYTES);
});
