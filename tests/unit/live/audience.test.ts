import fc from 'fast-check';
import { expect, it } from 'vitest';
import { covers } from '../../../gateway/domain/scope.ts';
import { Audiences, type Filter, lets, widest } from '../../../gateway/followers/live/audience.ts';

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

it('finds for an entry exactly the clients whose scope holds it, however clients come and go', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(filter, fc.boolean()), { maxLength: 12 }), subject, (clients, entry) => {
      const audiences = new Audiences<number>();
      const inside: [client: number, filter: Filter][] = [];
      for (const [client, [wish, stays]] of clients.entries()) {
        const audience = audiences.join(wish, client);
        if (stays) inside.push([client, wish]);
        else audiences.leave(audience, client);
      }
      const found = [...audiences.above(entry.region)].filter((one) => lets(one.filter, entry));
      const told = found.flatMap(({ clients: own }) => [...own]);
      expect(new Set(told).size).toBe(told.length);
      const expected = inside.filter(([, own]) => covers(own.scope, entry) && lets(own, entry));
      expect(new Set(told)).toEqual(new Set(expected.map(([client]) => client)));
    }),
  );
});

it('puts clients with the same wish into one audience, in whatever order they name it, and forgets it with the last', () => {
  const audiences = new Audiences<string>();
  const wish = (regions: readonly string[]): Filter => ({
    scope: { regions },
    types: undefined,
    severities: [2, 1],
    isGathered: false,
  });
  const one = audiences.join(wish(['360902000000', '360982000000']), 'one');
  const other = audiences.join(wish(['360982000000', '360902000000']), 'other');
  expect([other === one, audiences.size]).toEqual([true, 1]);
  audiences.leave(one, 'one');
  expect(audiences.size).toBe(1);
  audiences.leave(other, 'other');
  expect([audiences.size, audiences.above('360902001001').size]).toEqual([0, 0]);
});

it('drops regions that lie in another one', () => {
  expect(widest(['360902001000', '360902000000', '360982000000', '360902000000'])).toEqual([
    '360902000000',
    '360982000000',
  ]);
});
