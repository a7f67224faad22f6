import { GRID, GRID_BYTES } from './picture-judging.ts';

/** How far a view is looked for around where it was, in cells of the grid: a third of the picture each way. */
const REACH = { x: 10, y: 6 } as const;
/** From here on a picture shows what the other one shows; cars and people cost less than that. */
const SAME = 0.5;
/** The view is elsewhere where it is found so well there, and so much better than at its old place. */
const FOUND = 0.6;
const BETTER = 0.3;
/** A cell is 3 % of the picture's width: wind on the pole and a wheel of the zoom are less than two. */
const LEAST_CELLS = 2;
/** Between lamps and daylight shadows and headlights change places: each has a view of its own. */
const NIGHT_MEAN = 60;
/** A gust or a lorry at the pole: the next look tells. */
const MOVED_AFTER = 2;
/** Looks after which the new view is taken for the one that is wanted: a day, of a look an hour. */
const SETTLED_AFTER = 24;

export type Shift = Readonly<{ x: number; y: number }>;

/** How strongly a picture changes from cell to cell, evened so that neither light nor contrast counts. */
export function edgesOf(grey: Uint8Array): Float32Array {
  const at = (x: number, y: number): number =>
    grey[Math.min(GRID.height - 1, y) * GRID.width + Math.min(GRID.width - 1, x)] ?? 0;
  return Float32Array.from({ length: GRID_BYTES }, (_, index) => {
    const [x, y] = [index % GRID.width, Math.floor(index / GRID.width)];
    return Math.hypot(at(x + 1, y) - at(x, y), at(x, y + 1) - at(x, y));
  });
}

/** How alike two pictures are where `b` is moved by so many cells: 1 the same, 0 nothing in common. Pearson's r. */
export function likeness(a: Float32Array, b: Float32Array, { x: dx, y: dy }: Shift): number {
  let [n, sumA, sumB, squareA, squareB, product] = [0, 0, 0, 0, 0, 0];
  for (let y = Math.max(0, -dy); y < GRID.height - Math.max(0, dy); y++) {
    for (let x = Math.max(0, -dx); x < GRID.width - Math.max(0, dx); x++) {
      const valueA = a[y * GRID.width + x] ?? 0;
      const valueB = b[(y + dy) * GRID.width + x + dx] ?? 0;
      n += 1;
      sumA += valueA;
      sumB += valueB;
      squareA += valueA * valueA;
      squareB += valueB * valueB;
      product += valueA * valueB;
    }
  }
  const spread = Math.sqrt((n * squareA - sumA * sumA) * (n * squareB - sumB * sumB));
  return spread === 0 ? 0 : (n * product - sumA * sumB) / spread;
}

/** Where the view of `then` lies in `now`: at its old place, elsewhere, or nowhere that it can be told. */
export function shiftOf(then: Float32Array, now: Float32Array): Shift | 'same' | undefined {
  const still = likeness(then, now, { x: 0, y: 0 });
  if (still >= SAME) return 'same';
  let best = { x: 0, y: 0, like: still };
  for (let y = -REACH.y; y <= REACH.y; y++) {
    for (let x = -REACH.x; x <= REACH.x; x++) {
      const like = likeness(then, now, { x, y });
      if (like > best.like) best = { x, y, like };
    }
  }
  const isFar = Math.abs(best.x) + Math.abs(best.y) >= LEAST_CELLS;
  return isFar && best.like >= FOUND && best.like - still >= BETTER ? { x: best.x, y: best.y } : undefined;
}

type Known = { wanted: Float32Array; movedCount: number };

/** Views of cameras as they were first seen, by day and by night: some 5 KiB for each camera. */
export class Views {
  readonly #known = new Map<string, { day?: Known; night?: Known }>();

  /** Whether the view of a camera is the one that it had; undefined while it cannot be told. */
  judge(camera: string, grey: Uint8Array): 'same' | 'moved' | undefined {
    const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
    const light = mean < NIGHT_MEAN ? 'night' : 'day';
    const of = this.#known.get(camera) ?? {};
    this.#known.set(camera, of);
    const edges = edgesOf(grey);
    const known = of[light];
    if (known === undefined) {
      of[light] = { wanted: edges, movedCount: 0 };
      return undefined;
    }
    const shift = shiftOf(known.wanted, edges);
    if (shift === undefined) return undefined;
    known.movedCount = shift === 'same' ? 0 : known.movedCount + 1;
    if (known.movedCount >= SETTLED_AFTER) this.#known.set(camera, { [light]: { wanted: edges, movedCount: 0 } });
    if (shift === 'same' || known.movedCount >= SETTLED_AFTER) return 'same';
    return known.movedCount >= MOVED_AFTER ? 'moved' : undefined;
  }

  forget(camera: string): void {
    this.#known.delete(camera);
  }
}
