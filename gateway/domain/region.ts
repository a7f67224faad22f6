import { LatelyUsed } from './lately-used.ts';

/**
 * A 12-digit division code, padded with zeros: 2 province, 2 city, 2 county, 3 township, 3 village.
 * Source: GB/T 2260-2007, GB/T 10114-2003 and the statistics bureau's last three digits.
 */
export type RegionCode = string;
export type RegionLevel = 'country' | 'province' | 'city' | 'county' | 'township' | 'village';

export type Region = Readonly<{ code: RegionCode; name: string; level: RegionLevel; parent?: RegionCode }>;

const CODE = /^\d{12}$/;
export const isRegionCode = (text: string): boolean => CODE.test(text);

/** How many digits of a code say something, by level from the widest. */
const LEVELS: readonly (readonly [RegionLevel, number])[] = [
  ['country', 0],
  ['province', 2],
  ['city', 4],
  ['county', 6],
  ['township', 9],
  ['village', 12],
];

/** The digits of a code that say something: `3609` for `360900000000`; no digit for the whole country. */
export function significantDigits(code: RegionCode): string {
  const found = LEVELS.find(([, length]) => /^0*$/.test(code.slice(length)));
  return code.slice(0, found?.[1] ?? 12);
}

export function regionLevel(code: RegionCode): RegionLevel {
  const { length } = significantDigits(code);
  return LEVELS.find(([, digits]) => digits === length)?.[0] ?? 'village';
}

/** Whether `code` lies in `node` of the division tree, or is it. */
export const isWithin = (node: RegionCode, code: RegionCode): boolean => code.startsWith(significantDigits(node));

/** The node and all above it, the widest first: the rooms of the live feed that an alarm at `code` reaches. */
export const regionPath = (code: RegionCode): readonly RegionCode[] =>
  paths.get(code) ?? paths.keep(code, pathTo(code));

/** Each alarm asks for the same few: 4,096 to 8,192 of them, of 8 short texts at the most. */
const paths = new LatelyUsed<readonly RegionCode[]>(4096);

function pathTo(code: RegionCode): readonly RegionCode[] {
  const own = significantDigits(code).length;
  return LEVELS.filter(([, digits]) => digits <= own).map(([, digits]) => code.slice(0, digits).padEnd(12, '0'));
}
