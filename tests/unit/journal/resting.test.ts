import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Patience } from '../../../gateway/journal/resting.ts';

/** A follower far behind a log that grows by so many a second, after a second of it; `tookMs` for its last batch. */
function restIn(perSecond: number, tookMs = 30, behindBy = 50_000): number {
  const patience = new Patience({ now: 0, head: 0 });
  let ms = 0;
  for (let now = 10; now <= 1000; now += 10) {
    const head = Math.floor((now * perSecond) / 1000);
    ms = patience.restAfter(tookMs, { now, head, at: head - behindBy });
  }
  return ms;
}

it('stands back in a flood, twenty times as long as the batch took', () => {
  expect(restIn(30_000)).toBe(600);
  expect(restIn(10_000, 15)).toBe(300);
});

it('does not stand back at a city’s peak, nor once what it has missed grows past all measure', () => {
  expect(restIn(5_000)).toBe(0);
  expect(restIn(30_000, 30, 2_000_000)).toBe(0);
});

it('goes on once the flood is over', () => {
  const patience = new Patience({ now: 0, head: 0 });
  expect(patience.restAfter(30, { now: 100, head: 3_000, at: 0 })).toBe(600);
  expect(patience.restAfter(30, { now: 700, head: 3_100, at: 1_000 })).toBe(0);
});

it('never stands back longer than a second, whatever the clock says', () => {
  const standing = fc.record({ now: fc.integer(), head: fc.nat(), at: fc.nat() });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer(), standing)), (all) => {
      const patience = new Patience({ now: 0, head: 0 });
      for (const [tookMs, one] of all) {
        const ms = patience.restAfter(tookMs, one);
        expect(ms >= 0 && ms <= 1_000).toBe(true);
      }
    }),
  );
});
