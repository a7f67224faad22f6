import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKm, parseKm } from '../../gateway/domain/km.ts';
import { isWithin, regionLevel, regionPath } from '../../gateway/domain/region.ts';
import { covers } from '../../gateway/domain/scope.ts';

const code = fc
  .tuple(
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 99 }),
    fc.integer({ min: 1, max: 999 }),
    fc.integer({ min: 1, max: 999 }),
    fc.integer({ min: 0, max: 4 }),
  )
  .map(([city, county, township, village, level]) => {
    const parts = ['36', pad(city, 2), pad(county, 2), pad(township, 3), pad(village, 3)];
    return parts
      .slice(0, level + 1)
      .join('')
      .padEnd(12, '0');
  });
const pad = (value: number, length: number) => String(value).padStart(length, '0');

describe('kilometre posts', () => {
  it('reads back every post that it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9_999_999 }), (kmValue) => {
        expect(parseKm(formatKm(kmValue))).toEqual({ ok: true, value: kmValue });
      }),
    );
  });
});

describe('the division tree', () => {
  it('places every code within each node of its own path', () => {
    fc.assert(
      fc.property(code, (own) => {
        for (const node of regionPath(own)) expect(isWithin(node, own)).toBe(true);
        expect(regionPath(own).at(-1)).toBe(own);
      }),
    );
  });

  it('covers a place by a scope exactly when a node of the scope is on its path', () => {
    fc.assert(
      fc.property(code, code, (node, own) => {
        expect(covers({ regions: [node] }, { region: own })).toBe(regionPath(own).includes(node));
      }),
    );
  });

  it('knows the four levels of a city', () => {
    const codes = ['360900000000', '360902000000', '360902001000', '360902001001'];
    expect(codes.map(regionLevel)).toEqual(['city', 'county', 'township', 'village']);
  });

  it('narrows a scope to its lines and compounds', () => {
    const patrol = { regions: ['360900000000'], lines: ['沪昆线'] };
    expect(covers(patrol, { region: '360902001000', line: '沪昆线' })).toBe(true);
    expect(covers(patrol, { region: '360902001000' })).toBe(false);
    expect(covers({ regions: ['360900000000'], compounds: ['xj'] }, { region: '360902001000', compound: 'xj' })).toBe(
      true,
    );
  });
});
