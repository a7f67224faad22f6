import { expect, it } from 'vitest';
import { BATCH_MAX, UNDER_WAY_MAX, WINDOW_MAX, WINDOW_MAX_BYTES, Window } from '../../../adapters/mqtt/window.ts';
import type { Report } from '../../../gateway/domain/signal.ts';

const report: Report = { kind: 'status', device: 'd', online: true };

/** A window on an intake that takes each batch when `next` is called, or refuses it with what it is given. */
function windowOn() {
  const calls: { take(): void; refuse(): void; size: number }[] = [];
  const said: string[] = [];
  const window = new Window<number>({
    intake: {
      accept: ({ length }) =>
        new Promise((take, fail) => calls.push({ take, refuse: () => fail(new Error('full')), size: length })),
    },
    acknowledge: (origins) => said.push(`took ${origins[0]}-${origins.at(-1)}`),
    refuse: (origins) => said.push(`refused ${origins[0]}-${origins.at(-1)}`),
    readOn: () => said.push('read on'),
  });
  const add = (from: number, to: number, bytes = 100): void => {
    for (let origin = from; origin <= to; origin++) window.add({ reports: [report], origin, bytes });
  };
  const next = async (how: 'take' | 'refuse' = 'take'): Promise<void> => {
    while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    calls.shift()?.[how]();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { window, add, next, calls, said };
}

/** Turns of the loop in which all batches go that may: each takes one of its own. */
async function turns(): Promise<void> {
  for (let turn = 0; turn <= UNDER_WAY_MAX; turn++) await new Promise((resolve) => setImmediate(resolve));
}

it('has three batches under way, of at most 512, and the fourth gathers', async () => {
  const { window, add, next, calls, said } = windowOn();
  add(1, BATCH_MAX * UNDER_WAY_MAX + 10);
  await turns();
  expect(calls.map(({ size }) => size)).toEqual([BATCH_MAX, BATCH_MAX, BATCH_MAX]);
  await next();
  await turns();
  expect(calls.map(({ size }) => size)).toEqual([BATCH_MAX, BATCH_MAX, 10]);
  expect(window.waiting).toBe(2 * BATCH_MAX + 10);
  for (const _batch of [2, 3, 4]) await next();
  await window.drained();
  expect(said).toHaveLength(4);
  expect(window.waiting).toBe(0);
});

it('answers in the order in which messages came, whichever batch is done first', async () => {
  const { window, add, calls, said } = windowOn();
  add(1, BATCH_MAX + 10);
  await turns();
  calls[1]?.take();
  await turns();
  expect(said).toEqual([]);
  calls[0]?.take();
  await window.drained();
  expect(said).toEqual([`took 1-${BATCH_MAX}`, `took ${BATCH_MAX + 1}-${BATCH_MAX + 10}`]);
});

it('refuses what is under way behind a refused batch, even if the journal took that', async () => {
  const { window, add, calls, said } = windowOn();
  add(1, BATCH_MAX + 10);
  await turns();
  calls[1]?.take();
  calls[0]?.refuse();
  await window.drained();
  expect(said).toEqual([`refused 1-${BATCH_MAX + 10}`]);
  add(1, 1);
  await turns();
  calls[2]?.take();
  await window.drained();
  expect(said.at(-1)).toBe('took 1-1');
});

it('hands nothing over behind a refused batch, though one before it is still under way', async () => {
  const { window, add, calls, said } = windowOn();
  add(1, BATCH_MAX + 1);
  await turns();
  calls[1]?.refuse();
  await turns();
  add(BATCH_MAX + 2, BATCH_MAX + 2);
  await turns();
  expect(calls).toHaveLength(2);
  calls[0]?.take();
  await window.drained();
  expect(said).toEqual([`took 1-${BATCH_MAX}`, `refused ${BATCH_MAX + 1}-${BATCH_MAX + 2}`]);
});

it('is held when full, and freed when half of it is done', async () => {
  const { window, add, next, said } = windowOn();
  add(1, WINDOW_MAX - 1);
  expect(window.isHeld).toBe(false);
  add(WINDOW_MAX, WINDOW_MAX);
  expect(window.isHeld).toBe(true);
  await next();
  expect(window.isHeld).toBe(true);
  await next();
  expect(window.isHeld).toBe(false);
  expect(said.filter((one) => one === 'read on')).toHaveLength(1);
  await next();
  await next();
  await window.drained();
});

it('is held by a few large messages as by many small ones', async () => {
  const { window, add, next, said } = windowOn();
  add(1, 4, WINDOW_MAX_BYTES / 4);
  expect(window.isHeld).toBe(true);
  await next();
  await window.drained();
  expect(window.isHeld).toBe(false);
  expect(said).toEqual(['took 1-4', 'read on']);
});

it('refuses what waits behind a refused batch, so that nothing overtakes it', async () => {
  const { window, add, next, said } = windowOn();
  add(1, BATCH_MAX + 10);
  await next('refuse');
  await window.drained();
  expect(said).toEqual([`refused 1-${BATCH_MAX + 10}`]);
  expect(window.counts).toEqual({ accepted: 0, refused: BATCH_MAX + 10 });
});

it('forgets what waits for a connection that is gone', async () => {
  const { window, add, next, said } = windowOn();
  const last = BATCH_MAX * UNDER_WAY_MAX;
  add(1, last + 10);
  await turns();
  window.drop((origin) => origin !== last + 5);
  for (const _batch of [1, 2, 3, 4]) await next();
  await window.drained();
  expect(said.at(-1)).toBe(`took ${last + 5}-${last + 5}`);
  expect(said).toHaveLength(4);
});
