import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GRID } from '../../../gateway/onboarding/picture-judging.ts';
import { edgesOf, shiftOf, Views } from '../../../gateway/onboarding/view-judging.ts';

const WORLD = { width: 110, height: 90 } as const;

/** A street as a camera sees it: houses, cars and signs of any size, more of it than the picture shows. */
function street(seed: number) {
  let state = seed * 2_654_435_761 + 12_345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const world = new Uint8Array(WORLD.width * WORLD.height).fill(130);
  for (let thing = 0; thing < 400; thing++) {
    const [left, top, wide, high, shade] = [
      random(WORLD.width),
      random(WORLD.height),
      2 + random(9),
      2 + random(7),
      60 + random(140),
    ];
    for (let y = top; y < Math.min(WORLD.height, top + high); y++)
      world.fill(shade, y * WORLD.width + left, y * WORLD.width + Math.min(WORLD.width, left + wide));
  }
  /** Turned by so many cells, in another light. */
  return (dx = 0, dy = 0, gain = 1, offset = 0): Uint8Array =>
    Uint8Array.from({ length: GRID.width * GRID.height }, (_, at) => {
      const [x, y] = [(at % GRID.width) + 40 + dx, Math.floor(at / GRID.width) + 36 + dy];
      return Math.max(0, Math.min(255, gain * (world[y * WORLD.width + x] ?? 0) + offset));
    });
}
const seed = fc.integer({ min: 0, max: 1_000 });

it('sees the same place in whatever light, and finds it again where it was turned to', () => {
  fc.assert(
    fc.property(
      seed,
      fc.double({ min: 0.6, max: 1.1, noNaN: true }),
      fc.integer({ min: -20, max: 20 }),
      fc.tuple(fc.integer({ min: -8, max: 8 }), fc.integer({ min: -4, max: 4 })),
      (of, gain, offset, [dx, dy]) => {
        const view = street(of);
        const then = edgesOf(view());
        expect(shiftOf(then, edgesOf(view(0, 0, gain, offset)))).toBe('same');
        fc.pre(Math.abs(dx) + Math.abs(dy) >= 4);
        const found = shiftOf(then, edgesOf(view(dx, dy, gain, offset)));
        // where blocks repeat it may not be told; it is never told to be elsewhere than it is
        if (found !== undefined && found !== 'same')
          expect(found).toEqual({ x: -dx === 0 ? 0 : -dx, y: -dy === 0 ? 0 : -dy });
      },
    ),
  );
});

it('says nothing of a picture in which the place cannot be found', () => {
  fc.assert(
    fc.property(fc.tuple(seed, seed), ([one, other]) => {
      fc.pre(one !== other);
      expect(shiftOf(edgesOf(street(one)()), edgesOf(street(other + 2_000)()))).not.toBe('same');
    }),
  );
});

it('believes the second look, keeps day and night apart, and takes a new place for its own after a day', () => {
  const view = street(7);
  const views = new Views();
  const night = view(6, 0, 0.2, 0);
  const said = (picture: Uint8Array) => views.judge('gate', picture);
  expect([said(view()), said(view()), said(view(6)), said(view(6))]).toEqual([undefined, 'same', undefined, 'moved']);
  expect([said(night), said(night)]).toEqual([undefined, 'same']);
  expect(said(view())).toBe('same');
  const day = Array.from({ length: 24 }, () => said(view(6)));
  expect(day.slice(1, 23).every((one) => one === 'moved')).toBe(true);
  expect(day[23]).toBe('same');
  expect(said(view(6))).toBe('same');
});
