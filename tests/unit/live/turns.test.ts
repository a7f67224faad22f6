import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../../gateway/followers/live/turns.ts';

it('does a storm’s work in order, some of it a turn of the loop, so that others get theirs', async () => {
  let now = 0;
  const turns = new Turns(() => now);
  const done: number[] = [];
  const all = Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      turns.do(() => {
        now += 0.25;
        done.push(at);
        return at;
      }),
    ),
  );
  const after: number[] = [];
  while (done.length < 100) {
    await nextTurn();
    after.push(done.length);
  }
  expect(await all).toEqual(done);
  expect(done).toEqual(done.toSorted((a, b) => a - b));
  expect(after.every((count, at) => count - (after[at - 1] ?? 0) <= 20)).toBe(true);
});

it('hands on what a step throws and goes on with the next', async () => {
  const turns = new Turns(() => 0);
  const bad = turns.do(() => {
    throw new Error('gone');
  });
  const good = turns.do(() => 'here');
  await expect(bad).rejects.toThrow('gone');
  expect(await good).toBe('here');
});

it('goes on when the clock is set back', async () => {
  let now = 1_000;
  const turns = new Turns(() => now);
  const steps = [5, 400, 300].map((at) =>
    turns.do(() => {
      now = at;
      return at;
    }),
  );
  expect(await Promise.all(steps)).toEqual([5, 400, 300]);
});

it('does several steps though each seems to take long, since another program had the processor', async () => {
  let now = 0;
  const turns = new Turns(() => now);
  let done = 0;
  for (let at = 0; at < 40; at += 1) {
    void turns.do(() => {
      now += 100;
      done += 1;
    });
  }
  await nextTurn();
  expect(done).toBe(16);
});
