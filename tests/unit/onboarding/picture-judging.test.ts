import { expect, it } from 'vitest';
import {
  GRID_BYTES,
  type Look,
  lookOf,
  type Seen,
  seenNext,
  verdictOf,
} from '../../../gateway/onboarding/picture-judging.ts';

const grey = (value: (at: number) => number): Uint8Array =>
  Uint8Array.from({ length: GRID_BYTES }, (_, at) => value(at));
/** The verdict after pictures that came one after the other. */
const after = (...pictures: readonly (readonly [hash: string, look: Look])[]) => {
  let seen: Seen | undefined;
  for (const [hash, look] of pictures) seen = seenNext(seen, hash, look);
  return seen === undefined ? undefined : verdictOf(seen);
};

it('tells a black and a covered picture from a dim and a foggy one', () => {
  expect(lookOf(grey((at) => at % 3))).toBe('black');
  expect(lookOf(grey((at) => 120 + (at % 4)))).toBe('covered');
  expect(lookOf(grey((at) => (at % 16) * 2))).toBe('good'); // dim, with a shape in it
  expect(lookOf(grey((at) => 150 + (at % 32)))).toBe('good'); // fog
});

it('believes the second odd picture and the third same one', () => {
  expect(after(['a', 'black'])).toBeUndefined();
  expect(after(['a', 'black'], ['b', 'black'])).toBe('black');
  expect(after(['a', 'black'], ['b', 'covered'])).toBeUndefined();
  expect(after(['a', 'good'], ['a', 'good'])).toBe('good');
  expect(after(['a', 'good'], ['a', 'good'], ['a', 'good'])).toBe('frozen');
  expect(after(['a', 'good'], ['a', 'good'], ['a', 'good'], ['b', 'good'])).toBe('good');
});
