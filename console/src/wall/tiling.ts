import type { Wall } from '../../../gateway/http/contract.ts';

export type Layout = Wall['layout'];
export const LAYOUTS: readonly Layout[] = [1, 4, 9, 16];

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
