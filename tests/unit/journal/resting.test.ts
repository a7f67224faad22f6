import fc from 'fast-check';
import { expect, it } from 'vitest';
import { restAfter } from '../../../gateway/journal/resting.ts';

const FLOOD = { tookMs: 30, grewBy: 900, behindBy: 50_000 };

it('stands back in a flood, twenty times as long as the batch took', () => {
  expect(restAfter(FLOOD)).toBe(600);
});

it('does not stand back at a city’s peak, nor once what it has missed grows past all measure', () => {
  expect(restAfter({ ...FLOOD, grewBy: 300 })).toBe(0);
  expect(restAfter({ ...FLOOD, behindBy: 2_000_000 })).toBe(0);
});

it('never stands back longer than a second, whatever the clock says', () => {
  const handled = fc.record({ tookMs: fc.integer(), grewBy: fc.nat(), behindBy: fc.nat() });
  fc.assert(
    fc.property(handled, (one) => {
      const ms = restAfter(one);
      expect(ms >= 0 && ms <= 1_000).toBe(true);
    }),
  );
});
