import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ENDS, endAt } from '../../../console/src/arming/ends.ts';
import { fieldsOf, isSimple, type Where, whereOf, whereWords } from '../../../console/src/arming/where-form.ts';

const word = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
const simple: fc.Arbitrary<Where> = fc
  .record(
    {
      regions: word.map((one) => [one]),
      compounds: word.map((one) => [one]),
      stretches: fc.record({ line: word, from: word, to: word }, { requiredKeys: ['line'] }).map((one) => [one]),
      devices: fc.uniqueArray(word, { minLength: 1, maxLength: 4 }),
    },
    { requiredKeys: ['regions'] },
  )
  .map((where) => where as Where);

it('shows a place in a form and takes the same place out of it, with what the form does not show', () => {
  fc.assert(
    fc.property(simple, (where) => {
      expect(isSimple(where)).toBe(true);
      expect(whereOf(fieldsOf(where, ''), { types: ['camera.motion'] })).toEqual({
        types: ['camera.motion'],
        ...where,
      });
    }),
  );
  expect(isSimple({ compounds: ['a', 'b'] })).toBe(false);
});

it('says the narrowest of a place, and the division where there is nothing narrower', () => {
  const name = (code: string): string => `division ${code}`;
  expect(whereWords({ regions: ['360902000000'], compounds: ['秀江名苑'] }, name)).toBe('秀江名苑');
  expect(whereWords({ regions: ['360902000000'] }, name)).toBe('division 360902000000');
  expect(whereWords({ stretches: [{ line: '沪昆线', from: 'K812+000' }] }, name)).toBe('沪昆线 K812+000–');
});

it('ends what is set by hand within a day and a bit, and never in the past', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800_000 }), fc.constantFrom(...ENDS), (now, end) => {
      const at = endAt(end, now);
      expect(at).toBeGreaterThan(now);
      expect(at - now).toBeLessThanOrEqual(25 * 3_600_000); // a day with an hour more, where clocks change
    }),
  );
});
