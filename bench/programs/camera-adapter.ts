import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { pino } from 'pino';
import { createOnvifAdapter } from '../../adapters/onvif/adapter.ts';
import { TestDirectory } from '../../tests/parts/onvif-ports.ts';
import { cameraAt, cameraRecord } from '../camera-addresses.ts';

/*
 * The ONVIF adapter alone with many cameras. Arguments: how many, the port of `pull-points.ts`. Messages:
 *   state → {subscribed, rssMib, heapMib, cpuMs}: memory of the process, and what of its heap is in use after a collection
 *   heard → {delaysMs}: of each event since the last `heard`, from the camera's moment to the intake
 *   stop → {ms}
 */
const [count = 0, port = 0] = process.argv.slice(2).map(Number);
const directory = new TestDirectory();
for (let at = 0; at < count; at += 1) directory.put(cameraRecord(at, cameraAt(at, port)));
setFlagsFromString('--expose-gc');
const collect: unknown = runInNewContext('gc');
const inUseMib = (): number => {
  if (typeof collect === 'function') collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};
let delays: number[] = [];
const adapter = createOnvifAdapter({
  directory,
  intake: {
    accept: async (reports) => {
      const now = Date.now();
      for (const report of reports)
        if (report.kind === 'signal' && report.at !== undefined) delays.push(now - report.at);
    },
  },
  deviceNetworks: ['127.0.0.0/8'],
  log: pino({ level: 'silent' }),
  now: Date.now,
  random: Math.random,
});

process.on('message', async (message) => {
  const name = Array.isArray(message) ? message[0] : undefined;
  if (name === 'state') {
    const { user, system } = process.cpuUsage();
    const subscribed = adapter.status().filter(({ state }) => state === 'subscribed').length;
    const memory = { rssMib: process.memoryUsage.rss() / 2 ** 20, heapMib: inUseMib() };
    process.send?.([name, { subscribed, ...memory, cpuMs: (user + system) / 1_000 }]);
  } else if (name === 'heard') {
    process.send?.([name, { delaysMs: delays }]);
    delays = [];
  } else if (name === 'stop') {
    const startedAt = Date.now();
    await adapter.stop();
    process.send?.([name, { ms: Date.now() - startedAt }]);
  }
});
process.send?.(['ready', { rssMib: process.memoryUsage.rss() / 2 ** 20, heapMib: inUseMib() }]);
await adapter.start();
