/** A picture made small: grey values from 0 (black) to 255, row by row. */
export const GRID = { width: 32, height: 18 } as const;
export const GRID_BYTES = GRID.width * GRID.height;

/** `black`: no light at all; `covered`: one even grey, such as a bag over the lens. */
export type Look = 'good' | 'black' | 'covered';

/** Darker than this on average is black: the darkest of a lit street at night are above 20. */
const BLACK_MEAN = 16;
/** Of the grey values of anything with a shape in it the standard deviation is above this; fog is at 8 to 15. */
const EVEN_DEVIATION = 4;

/** How a picture looks by itself. */
export function lookOf(grey: Uint8Array): Look {
  const mean = grey.reduce((sum, value) => sum + value, 0) / grey.length;
  const deviation = Math.sqrt(grey.reduce((sum, value) => sum + (value - mean) ** 2, 0) / grey.length);
  if (deviation > EVEN_DEVIATION) return 'good';
  return mean < BLACK_MEAN ? 'black' : 'covered';
}

/** What a camera's last pictures were: `sameCount` of them were the same file, byte by byte. */
export type Seen = Readonly<{ hash: string; sameCount: number; look: Look; lookCount: number }>;
export type Verdict = 'good' | 'frozen' | 'black' | 'covered';

/** A live picture never comes out the same twice: noise and the clock in it differ. Some cameras keep one for a while. */
const FROZEN_AFTER = 3;
/** One odd picture is a lorry, a lightning or the lens being cleaned. */
const ODD_AFTER = 2;

export function seenNext(before: Seen | undefined, hash: string, look: Look): Seen {
  const { hash: lastHash, sameCount = 0, look: lastLook, lookCount = 0 } = before ?? {};
  return {
    hash,
    look,
    sameCount: lastHash === hash ? sameCount + 1 : 1,
    lookCount: lastLook === look ? lookCount + 1 : 1,
  };
}

/** Undefined while it is not known yet. */
export function verdictOf({ sameCount, look, lookCount }: Seen): Verdict | undefined {
  if (sameCount >= FROZEN_AFTER) return 'frozen';
  if (look === 'good') return 'good';
  return lookCount >= ODD_AFTER ? look : undefined;
}
