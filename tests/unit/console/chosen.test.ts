import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allToggled, NONE_CHOSEN, toggled } from '../../../console/src/devices/chosen.ts';

const SHOWN = ['a', 'b', 'c', 'd', 'e'];

it('chooses one, and with Shift all from the last one to this, whichever stands first', () => {
  const one = toggled(NONE_CHOSEN, 'b', SHOWN, false);
  expect([...one.ids]).toEqual(['b']);
  expect([...toggled(one, 'd', SHOWN, true).ids]).toEqual(['b', 'c', 'd']);
  expect([...toggled(one, 'a', SHOWN, true).ids].sort()).toEqual(['a', 'b']);
  expect(toggled(one, 'b', SHOWN, false).ids.size).toBe(0);
});

it('never chooses what is not shown, and twice the same is nothing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...SHOWN), fc.boolean())), fc.constantFrom(...SHOWN), (steps, id) => {
      const chosen = steps.reduce((last, [one, isRange]) => toggled(last, one, SHOWN, isRange), NONE_CHOSEN);
      expect([...chosen.ids].every((one) => SHOWN.includes(one))).toBe(true);
      const twice = toggled(toggled(chosen, id, SHOWN, false), id, SHOWN, false);
      expect([...twice.ids].sort()).toEqual([...chosen.ids].sort());
    }),
  );
});

it('chooses all that are shown, and none of them again', () => {
  const all = allToggled(toggled(NONE_CHOSEN, 'b', SHOWN, false), SHOWN);
  expect([...all.ids]).toEqual(SHOWN);
  expect(allToggled(all, SHOWN)).toEqual(NONE_CHOSEN);
  expect(allToggled(NONE_CHOSEN, [])).toEqual({ ids: new Set(), from: undefined });
});
