/** Where a rotation (轮巡) stands: its page, and how long that page still stays. Times are milliseconds of one clock. */
export type Turn = Readonly<{ page: number; leftMs: number; at: number }>;

/** A page stays while an alarm's picture stands on the wall, and for the rest of its time after. */
export function turn(was: Turn, now: number, everyMs: number, isPaused: boolean): Turn {
  const leftMs = Math.min(isPaused ? was.leftMs : was.leftMs - (now - was.at), everyMs);
  return leftMs > 0 ? { ...was, leftMs, at: now } : { page: was.page + 1, leftMs: everyMs, at: now };
}

/** Where a rotation stands that begins now: by the clock, so that a reload and a second screen show the same page. */
export const turnAt = (now: number, everyMs: number): Turn => ({
  page: Math.floor(now / everyMs),
  leftMs: everyMs - (now % everyMs),
  at: now,
});

/** The cameras of a page, for so many tiles; a last page that is not full begins the list again. */
export function pageOf(cameras: readonly string[], slots: number, page: number): readonly string[] {
  if (cameras.length <= slots) return cameras;
  const from = page * slots;
  return Array.from({ length: slots }, (_, at) => cameras[(from + at) % cameras.length] ?? '');
}

/** Puts the cameras of a page into the tiles that hold none; a camera that has a tile of its own takes no turn. */
export function fillTiles(
  tiles: readonly (string | null)[],
  cameras: readonly string[],
  page: number,
): readonly (string | null)[] {
  const own = new Set(tiles);
  const waiting = cameras.filter((camera) => !own.has(camera));
  const slots = tiles.filter((camera) => camera === null).length;
  if (slots === 0) return tiles;
  const shown = [...pageOf(waiting, slots, page)];
  return tiles.map((camera) => camera ?? shown.shift() ?? null);
}
