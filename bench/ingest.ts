import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { RunningGateway } from '../tests/parts/gateway.ts';
import { startMosquitto } from '../tests/parts/mosquitto.ts';
import type { Finishing } from './finishing.ts';
import { type BenchGateway, gatewayInFolder, registerFences } from './gateway.ts';
import { journalHeadOf } from './journal-head.ts';
import { peer } from './peer.ts';
import { cpuSecondsOf, loadOf } from './process-load.ts';
import { type Program, startProgram } from './program.ts';
import { steady } from './steady.ts';
import type { Bench, Row } from './table.ts';

/** So many that the start, when nothing is compiled yet, is a small part of it. */
const EVENTS = 200_000;
const CONNECTIONS = 4;
const WINDOW = 500;
const DEVICES = 50;
const POLL_MS = 20;
const WITHIN_MS = 60_000;
const CAUGHT_UP_WITHIN_MS = 60_000;

/** What a run of events took: how many were done, in how long, at which cost of which process. */
type Run = Readonly<{ done: number; ms: number; cpuS: number; memoryMib: number }>;

const Options = z.object({
  minutes: z.coerce.number().min(0.5).optional(),
  rate: z.coerce.number().int().min(1),
  events: z.coerce.number().int().min(1000),
  alone: z.boolean(),
});

/**
 * Durable alarm decisions a second through MQTT, all rules on, each an entry of the journal, beside the least program
 * on the same way; then the same work by Node-RED. `--events N`; `--alone`: without Node-RED; `--minutes M --rate R`
 * instead: a steady rate, and the memory each minute.
 */
export const ingest: Bench = async (finishing) => {
  const { minutes, rate, events, alone } = options();
  if (minutes !== undefined) return await steady(finishing, { minutes, perSecond: rate });
  const rows = [...(await onMosquitto(events, finishing)), ...(await onEmbedded(events, finishing))];
  return alone ? rows : [...rows, ...(await peer(finishing))];
};

function options(): z.infer<typeof Options> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: text,
      rate: { ...text, default: '2000' },
      events: { ...text, default: String(EVENTS) },
      alone: { type: 'boolean', default: false },
    },
  });
  return Options.parse(values);
}

async function onMosquitto(events: number, finishing: Finishing): Promise<readonly Row[]> {
  const broker = await startMosquitto(async (end) => finishing.add(end));
  const at = await gatewayInFolder(finishing, broker.url);
  const ours = await journalled(at, broker.port, events, finishing);
  const behindS = await archiveBehindS(at.gateway);
  await at.gateway.stop();
  // Its own broker: the gateway's session, left behind, would be filled as well.
  const other = await startMosquitto(async (end) => finishing.add(end));
  const counter = startProgram('counter.ts', [other.url, String(events)], finishing);
  await counter.said('ready');
  const floor = await counted(counter, counter.said('counted'), () => publish(other.port, events, finishing), events);
  await finishing.finish();
  return rowsOf('mosquitto', ours, floor, behindS);
}

async function onEmbedded(events: number, finishing: Finishing): Promise<readonly Row[]> {
  const at = await gatewayInFolder(finishing);
  const ours = await journalled(at, Number(new URL(at.gateway.mqttUrl).port), events, finishing);
  const behindS = await archiveBehindS(at.gateway);
  await at.gateway.stop();
  const bare = startProgram('bare-broker.ts', [], finishing);
  const port = Number(await bare.said('ready'));
  const load = Promise.withResolvers<unknown>();
  const floor = await counted(
    bare,
    load.promise,
    () => publish(port, events, finishing).said('acknowledged').then(load.resolve, load.reject),
    events,
  );
  await finishing.finish();
  return rowsOf('内置 embedded', ours, floor, behindS);
}

/** Until every event is durable, or time is up: then those that are. */
async function journalled(
  { gateway, dataDir }: BenchGateway,
  port: number,
  events: number,
  finishing: Finishing,
): Promise<Run> {
  await registerFences(gateway, DEVICES);
  const head = journalHeadOf(dataDir, finishing);
  const [before, cpuBefore, startedAt] = [head(), cpuSecondsOf(gateway.pid), Date.now()];
  publish(port, events, finishing);
  for (;;) {
    const done = Math.min(head() - before, events);
    const ms = Date.now() - startedAt;
    if (done >= events || ms > WITHIN_MS) return await runOf(gateway.pid, done, ms, cpuBefore);
    await sleep(POLL_MS);
  }
}

async function counted(program: Program, done: Promise<unknown>, start: () => unknown, events: number): Promise<Run> {
  const pid = program.child.pid ?? -1;
  const [cpuBefore, startedAt] = [cpuSecondsOf(pid), Date.now()];
  start();
  await done;
  return await runOf(pid, events, Date.now() - startedAt, cpuBefore);
}

async function runOf(pid: number, done: number, ms: number, cpuBefore: number): Promise<Run> {
  const cpuS = cpuSecondsOf(pid) - cpuBefore;
  return { done, ms, cpuS, memoryMib: (await loadOf([pid], 1)).memoryMib };
}

/** Signals go before the archive: how long until it has them as well. */
async function archiveBehindS(gateway: RunningGateway): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const text = await (await fetch(new URL('/metrics', gateway.url))).text();
    const lag = Number(/^fengsui_follower_lag\{follower="archive"\} (\d+)/m.exec(text)?.[1] ?? 0);
    const seconds = (Date.now() - startedAt) / 1000;
    if (lag === 0 || seconds * 1000 > CAUGHT_UP_WITHIN_MS) return seconds;
    await sleep(100);
  }
}

const publish = (port: number, events: number, finishing: Finishing): Program =>
  startProgram('publisher.ts', [port, events, CONNECTIONS, WINDOW, DEVICES].map(String), finishing);

const perSecond = ({ done, ms }: Run): number => Math.round((done * 1000) / ms);
const cpuPer10k = ({ done, cpuS }: Run): number => (cpuS * 10_000) / Math.max(1, done);

function rowsOf(what: string, ours: Run, floor: Run, behindS: number): readonly Row[] {
  const row = (name: string, of: (run: Run) => number, unit: string, digits: number): Row => ({
    what: `${what}: ${name}`,
    ours: `${of(ours).toFixed(digits)} ${unit}`,
    floor: `${of(floor).toFixed(digits)} ${unit}`,
    ratio: (of(ours) / of(floor)).toFixed(2),
  });
  return [
    row('决定 durable decisions', perSecond, '/s', 0),
    row('一万条 CPU per 10,000', cpuPer10k, 's', 2),
    row('内存 memory (RSS)', ({ memoryMib }) => memoryMib, 'MiB', 0),
    { what: `${what}: 档案 archive has it after`, ours: `${behindS.toFixed(1)} s`, floor: '', ratio: '' },
  ];
}
