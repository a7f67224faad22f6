import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SPENT_MAX, SpentAddresses } from '../../../gateway/http/spent-addresses.ts';

const LIFE = 60_000;

it('opens an address once, however its clock goes, while the address lives', () => {
  const opening = fc.record({ address: fc.constantFrom('a', 'b', 'c'), afterMs: fc.nat({ max: LIFE }) });
  fc.assert(
    fc.property(fc.array(opening), (openings) => {
      const [spent, openedAt] = [new SpentAddresses(LIFE), new Map<string, number>()];
      let now = 1_790_000_000_000;
      for (const { address, afterMs } of openings) {
        now += afterMs;
        const before = openedAt.get(address);
        const said = spent.spend(address, now);
        if (before === undefined) expect(said).toBeUndefined();
        else if (now - before <= LIFE) expect(said).toBe('replayed');
        if (said === undefined) openedAt.set(address, now);
      }
    }),
  );
});

it('opens no more than it can remember, and again when they have lived', () => {
  const spent = new SpentAddresses(LIFE);
  for (let at = 0; at < SPENT_MAX; at++) expect(spent.spend(`a-${at}`, 1000)).toBeUndefined();
  expect(spent.spend('one more', 1000)).toBe('busy');
  expect(spent.spend('one more', 1000 + LIFE)).toBe('busy');
  expect(spent.spend('one more', 1000 + 2 * LIFE)).toBeUndefined();
});
