import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Edge } from '../../../gateway/followers/live/edge.ts';
import type { Batch, Recorded } from '../../../gateway/journal/journal.ts';

const entry = (seq: number): Recorded => ({
  seq,
  at: 0,
  entry: { kind: 'device-status', device: 'd', online: true, statusAt: 0 },
  alarm: undefined,
});

/** An edge whose journal is fed by hand, on a clock that is moved by hand; handing out takes `takesMs`. */
function edgeWith(takesMs: () => number) {
  let at = 1_000;
  const told: { at: number; seqs: number[] }[] = [];
  const waiting: Batch[] = [];
  let wake = (): void => undefined;
  const stop = new AbortController();
  const edge = new Edge(
    0,
    () => at,
    (entries) => {
      told.push({ at, seqs: entries.map(({ seq }) => seq) });
      at += takesMs();
    },
  );
  async function* follow(): AsyncGenerator<Batch> {
    while (!stop.signal.aborted) {
      for (const batch of waiting.splice(0)) yield batch;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  void edge.follow({ follow }, stop.signal);
  const happens = async (...seqs: number[]): Promise<void> => {
    waiting.push({ entries: seqs.map(entry), last: seqs.at(-1) ?? 0 });
    wake();
    await nextTurn();
  };
  const passes = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1) {
      at += 1;
      await vi.advanceTimersByTimeAsync(1);
    }
  };
  return { edge, told, happens, passes };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

it('hands a lone entry out at once, and gathers what follows for 50 ms', async () => {
  const { told, happens, passes } = edgeWith(() => 0);
  await happens(1);
  await happens(2);
  await passes(20);
  await happens(3, 4);
  await passes(40);
  expect(told.map(({ seqs }) => seqs)).toEqual([[1], [2, 3, 4]]);
  expect((told[1]?.at ?? 0) - (told[0]?.at ?? 0)).toBe(50);
});

it('gathers longer where handing out takes long, and never longer than 100 ms', async () => {
  const { told, happens, passes } = edgeWith(() => 40);
  await happens(1);
  for (let seq = 2; seq < 30; seq += 1) {
    await happens(seq);
    await passes(10);
  }
  const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0));
  expect(gaps.length).toBeGreaterThan(2);
  expect(Math.min(...gaps)).toBeGreaterThan(80);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(141); // a timer that was set before the clock stood still
});

it('does not make a subscription that waits for its seq wait for others', async () => {
  const { edge, told, happens } = edgeWith(() => 0);
  await happens(1);
  const reached = edge.reached(3);
  await happens(2, 3);
  await reached;
  expect(told.map(({ seqs }) => seqs)).toEqual([[1], [2, 3]]);
});
