import fc from 'fast-check';
import { expect, it } from 'vitest';
import { covers } from '../../../gateway/domain/scope.ts';
import { type Audience, Audiences, type Filter, lets, widest } from '../../../gateway/followers/live/audience.ts';

const region = fc.constantFrom(
  '360900000000',
  '360902000000',
  '360902001000',
  '360902001001',
  '360982000000',
  '360982001000',
);
const filter: fc.Arbitrary<Filter> = fc.record({
  scope: fc.uniqueArray(region, { minLength: 1, maxLength: 3 }).map((regions) => ({ regions: widest(regions) })),
  types: fc.option(fc.uniqueArray(fc.constantFrom('railway.', 'railway.cattle.warning', 'community.door.forced')), {
    nil: undefined,
  }),
  severities: fc.option(fc.uniqueArray(fc.constantFrom(1, 2, 3, 4)), { nil: undefined }),
  isGathered: fc.boolean(),
});
const subject = fc.record({
  region,
  type: fc.constantFrom('railway.cattle.warning', 'community.door.forced'),
  severity: fc.constantFrom(1, 2, 3, 4),
});

it('finds for an entry exactly the rooms of those whose scope holds it, however clients come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 12 }), subject, (clients, entry) => {
      const audiences = new Audiences();
      const inside: Audience[] = [];
      for (const [wish, stays] of clients) {
        const audience = audiences.join(wish);
        if (stays) inside.push(audience);
        else audiences.leave(audience);
      }
      const rooms = [...audiences.above(entry.region)].filter((one) => lets(one.filter, entry)).map(({ room }) => room);
      expect(new Set(rooms).size).toBe(rooms.length);
      const expected = inside.filter(({ filter: { scope }, filter: own }) => covers(scope, entry) && lets(own, entry));
      expect(new Set(rooms)).toEqual(new Set(expected.map(({ room }) => room)));
    }),
  );
});

it('puts clients with the same wish into one room, in whatever order they name it, and forgets it with the last', () => {
  const audiences = new Audiences();
  const wish = (regions: readonly string[]): Filter => ({
    scope: { regions },
    types: undefined,
    severities: [2, 1],
    isGathered: false,
  });
  const one = audiences.join(wish(['360902000000', '360982000000']));
  const other = audiences.join(wish(['360982000000', '360902000000']));
  expect([one.room, audiences.size]).toEqual([other.room, 1]);
  audiences.leave(one);
  expect(audiences.size).toBe(1);
  audiences.leave(other);
  expect([audiences.size, audiences.above('360902001001').size]).toEqual([0, 0]);
});

it('drops regions that lie in another one', () => {
  expect(widest(['360902001000', '360902000000', '360982000000', '360902000000'])).toEqual([
    '360902000000',
    '360982000000',
  ]);
});
