import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { io } from 'socket.io-client';
import { z } from 'zod';
import { startGateway } from '../tests/parts/gateway.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import { cameraAt, cameraId, cameraRecord } from './camera-addresses.ts';
import type { Finishing } from './finishing.ts';
import { UNHELD } from './gateway.ts';
import { memoryOf, memoryText, tellingMemory } from './kept-memory.ts';
import { loadOf } from './process-load.ts';
import { type Program, startProgram } from './program.ts';
import type { Bench, Row } from './table.ts';

const Counts = z.object({ points: z.int(), pulls: z.int(), mostOfOne: z.int() });
const Memory = z.object({ rssMib: z.number(), heapMib: z.number() });
const State = Memory.extend({ subscribed: z.int(), cpuMs: z.number() });
const Heard = z.object({ delaysMs: z.array(z.number()) });

/** The rule (P4): all are subscribed again this soon after all lost their power together. */
const AGAIN_WITHIN_MS = 300_000;
/** And no camera is asked more often meanwhile: one attempt takes five calls, and backs off up to a minute. */
const REQUESTS_A_MINUTE_MAX = 60;
const EVENTS = 2_000;
const LISTEN_MS = 60_000;
/** After all are back: the journal and what follows it have caught up. */
const SETTLE_MS = 10_000;

/**
 * Pull-points by the thousand: what the adapter takes for them, what an event takes, and how all come back when all
 * lost their power, again and again. `--cameras 10000 --in-gateway 5000 --seconds 60 --reboots 5`; 0 cameras leave a
 * half out.
 */
export const cameras: Bench = async (finishing) => {
  const { cameras: alone, 'in-gateway': inGateway, seconds, reboots } = options();
  const rows: Row[] = [];
  if (alone > 0) rows.push(...(await adapterAlone(alone, seconds * 1_000, finishing)));
  if (inGateway > 0) rows.push(...(await wholeGateway(inGateway, seconds * 1_000, reboots, finishing)));
  return rows;
};

function options() {
  const option = (value: string) => ({ type: 'string', default: value }) as const;
  const { values } = parseArgs({
    allowPositionals: true,
    options: {
      cameras: option('10000'),
      'in-gateway': option('5000'),
      seconds: option('60'),
      reboots: option('5'),
    },
  });
  const Whole = z.coerce.number().int().min(0);
  return z.object({ cameras: Whole, 'in-gateway': Whole, seconds: Whole, reboots: Whole }).parse(values);
}

async function ask<T>(program: Program, form: z.ZodType<T>, name: string, value?: unknown): Promise<T> {
  const said = program.said(name);
  program.child.send([name, value]);
  return form.parse(await said);
}

async function adapterAlone(count: number, listenMs: number, finishing: Finishing): Promise<readonly Row[]> {
  const points = startProgram('pull-points.ts', [], finishing);
  const port = z.int().parse(await points.said('ready'));
  const startedAt = Date.now();
  const ours = startProgram('camera-adapter.ts', [String(count), String(port)], finishing);
  const empty = Memory.parse(await ours.said('ready'));
  await until(async () => (await ask(ours, State, 'state')).subscribed === count, AGAIN_WITHIN_MS);
  const subscribedMs = Date.now() - startedAt;
  await sleep(5_000);
  const [before, pullsBefore] = [await ask(ours, State, 'state'), await ask(points, Counts, 'counts')];
  await sleep(listenMs);
  const [after, pullsAfter] = [await ask(ours, State, 'state'), await ask(points, Counts, 'counts')];
  const pulls = pullsAfter.pulls - pullsBefore.pulls;
  const cpuMs = after.cpuMs - before.cpuMs;
  await ask(ours, Heard, 'heard');
  const events = Math.min(EVENTS, count);
  await ask(points, z.unknown(), 'raise', events);
  await sleep(events * 10 + 3_000);
  const { delaysMs } = await ask(ours, Heard, 'heard');
  const back = await rebootAll(count, points, async () => (await ask(ours, State, 'state')).subscribed);
  const stopped = await ask(ours, z.object({ ms: z.number() }), 'stop');
  const left = await ask(points, Counts, 'counts');
  return [
    row(
      `适配器 adapter: ${count} 路`,
      `订阅 subscribed ${s(subscribedMs)}, 归还 given back ${s(stopped.ms)}, 剩 left ${left.points}`,
    ),
    row(
      'CPU',
      `${((cpuMs / listenMs) * 100).toFixed(1)} % 核 core, ${(cpuMs / Math.max(pulls, 1)).toFixed(2)} ms/pull (${pulls})`,
    ),
    row(
      '内存 memory',
      `${kb(before.heapMib - empty.heapMib, count)} kB/路 in use (${kb(before.rssMib - empty.rssMib, count)} RSS), ${before.rssMib.toFixed(0)} → ${after.rssMib.toFixed(0)} MiB`,
    ),
    row('事件 event → intake', quantiles(delaysMs)),
    back,
  ];
}

/** All lose their power at once; fails where one is asked more than the rule, or they are not back in time. */
async function rebootAll(count: number, points: Program, subscribed: () => Promise<number>): Promise<Row> {
  await ask(points, z.unknown(), 'reboot');
  const startedAt = Date.now();
  await until(
    async () => (await ask(points, Counts, 'counts')).points >= count && (await subscribed()) >= count,
    AGAIN_WITHIN_MS,
  );
  const tookMs = Date.now() - startedAt;
  const { mostOfOne } = await ask(points, Counts, 'counts');
  const most = (mostOfOne / Math.max(1, tookMs / 60_000)).toFixed(0);
  if (Number(most) > REQUESTS_A_MINUTE_MAX) throw new Error(`a camera was asked ${most} times in a minute`);
  return {
    what: '全部重启 all reboot',
    ours: `${s(tookMs)}, 每路至多 at most ${mostOfOne} 次 calls`,
    floor: `${AGAIN_WITHIN_MS / 1_000} s, ${REQUESTS_A_MINUTE_MAX}/min`,
    ratio: (tookMs / AGAIN_WITHIN_MS).toFixed(2),
  };
}

async function wholeGateway(
  count: number,
  listenMs: number,
  reboots: number,
  finishing: Finishing,
): Promise<readonly Row[]> {
  const points = startProgram('pull-points.ts', [], finishing);
  const port = z.int().parse(await points.said('ready'));
  const dataDir = await temporaryFolder(finishing.add);
  const env = { ...UNHELD, FENGSUI_DEVICE_NETWORKS: '127.0.0.0/8' };
  const gateway = await startGateway(tellingMemory(dataDir, env), finishing.add);
  const { token } = await gateway.signIn();
  const emptyMib = (await loadOf([gateway.pid], 1_000)).memoryMib;
  for (let at = 0; at < count; at += 1) {
    const { id, version: _, enabled: __, ...record } = cameraRecord(at, cameraAt(at, port));
    await gateway.call('PUT', `/api/v1/devices/${id}`, record);
  }
  await until(async () => (await ask(points, Counts, 'counts')).points === count, AGAIN_WITHIN_MS);
  await sleep(5_000);
  const before = await loadOf([gateway.pid], listenMs);
  const delaysMs = await eventsToScreen(gateway.url, token, points, Math.min(EVENTS, count));
  const again: Row[] = [row('内存 memory', memoryText(await memoryOf(gateway, dataDir)))];
  process.stdout.write(`${again[0]?.ours}\n`);
  for (let turn = 1; turn <= reboots; turn += 1) {
    const back = await rebootAll(count, points, async () => count);
    await sleep(SETTLE_MS);
    again.push(back, row(`内存 memory (${turn})`, memoryText(await memoryOf(gateway, dataDir))));
    process.stdout.write(`${back.ours}; ${again.at(-1)?.ours}\n`);
  }
  return [
    row(
      `整个网关 whole gateway: ${count} 路`,
      `${before.cpuPercent.toFixed(1)} % 核 core, ${kb(before.memoryMib - emptyMib, count)} kB/路`,
    ),
    row('事件 → 落盘 → 屏幕 event → journal → screen', quantiles(delaysMs)),
    ...again,
  ];
}

/** From the camera's moment to a screen on the live feed, which is told only what the journal has. */
async function eventsToScreen(url: string, token: string, points: Program, count: number): Promise<readonly number[]> {
  const socket = io(`${url}/live`, { auth: { token }, transports: ['websocket'], reconnection: false });
  const delays: number[] = [];
  const Change = z.object({ alarm: z.object({ device: z.string(), occurredAt: z.string() }) });
  socket.on('change', (change: unknown) => {
    const read = Change.safeParse(change);
    if (read.success && read.data.alarm.device.startsWith(cameraId(0).slice(0, 6)))
      delays.push(Date.now() - Date.parse(read.data.alarm.occurredAt));
  });
  await new Promise<void>((connected) => socket.on('connect', connected));
  await socket.emitWithAck('subscribe', {});
  await ask(points, z.unknown(), 'raise', count);
  await until(async () => delays.length >= count, LISTEN_MS);
  socket.disconnect();
  return delays;
}

async function until(holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs / 1_000} s`);
    await sleep(250);
  }
}

const row = (what: string, ours: string): Row => ({ what, ours, floor: '', ratio: '' });
const s = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const kb = (mib: number, count: number): string => ((mib * 1_024) / count).toFixed(0);

function quantiles(delays: readonly number[]): string {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (${sorted.length})`;
}
