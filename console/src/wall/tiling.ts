import type { Wall } from '../../../gateway/http/contract/video.ts';

export type Layout = Wall['layout'];
export const LAYOUTS: readonly Layout[] = [1, 4, 9, 16, 25, 36, 64];

/** Tiles beside each other: a layout is always as many across as down. */
export const across = (layout: Layout): number => Math.sqrt(layout);

/** As many tiles as the layout shows, those without a camera as null. */
export const shownTiles = ({ layout, tiles }: Pick<Wall, 'layout' | 'tiles'>): readonly (string | null)[] =>
  Array.from({ length: layout }, (_, index) => tiles[index] ?? null);

/** Puts a camera on a tile (null empties it). A camera that is shown already moves: no picture twice. */
export function assign(tiles: readonly (string | null)[], index: number, camera: string | null): (string | null)[] {
  const length = Math.max(tiles.length, index + 1);
  const cleared = Array.from({ length }, (_, at) =>
    camera !== null && tiles[at] === camera ? null : (tiles[at] ?? null),
  );
  cleared[index] = camera;
  return cleared;
}

export function swap(tiles: readonly (string | null)[], from: number, to: number): (string | null)[] {
  const length = Math.max(tiles.length, from + 1, to + 1);
  const swapped = Array.from({ length }, (_, at) => tiles[at] ?? null);
  [swapped[from], swapped[to]] = [swapped[to] ?? null, swapped[from] ?? null];
  return swapped;
}

/** Tiles across a window in the lower right corner: two, half of a wall of many, one where there are no more. */
const cornerSide = (side: number): number => (side < 3 ? 1 : Math.max(2, Math.floor(side / 2)));

/** The tiles that a window in the lower right corner lies over. */
export function cornerTiles(layout: Layout): readonly number[] {
  const side = across(layout);
  const rows = Array.from({ length: cornerSide(side) }, (_, row) => side - cornerSide(side) + row);
  return rows.flatMap((row) => rows.map((column) => row * side + column));
}

/** Digits as they are typed: a tile's number, once no longer one could be meant. */
export function typedTile(digits: string, layout: Layout): number | undefined {
  const number = Number(digits);
  const isWhole = number * 10 > layout || digits.length >= String(layout).length;
  return isWhole && number >= 1 && number <= layout ? number - 1 : undefined;
}
