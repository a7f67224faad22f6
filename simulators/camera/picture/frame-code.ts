/**
 * The frame number as black and white squares, which a test reads off the screen to learn how old a picture is.
 * Twenty squares fill the right half of the banner's second line: white, black, sixteen bits with the highest first,
 * black, white. A set bit is white. The number is floor(clock / 40 ms) mod 65536.
 */
export const FRAME_MS = 40;
export const CODE_BITS = 16;
export const CODE_SQUARES = CODE_BITS + 4;
export const CODE_RANGE = 2 ** CODE_BITS;

/** The number of the frame that is being shown at `at`, in milliseconds since 1970. */
export const frameAt = (at: number): number => Math.floor(at / FRAME_MS);

/** White (true) or black for each square. */
export function frameSquares(frame: number): readonly boolean[] {
  const bits = Array.from({ length: CODE_BITS }, (_, bit) => ((frame >> (CODE_BITS - 1 - bit)) & 1) === 1);
  return [true, false, ...bits, false, true];
}

/**
 * Reads the squares off a picture of any size; `luma` answers the brightness, 0 to 255, of a point given in pixels.
 * Undefined when the four squares at the ends are not where they belong, so the picture is not (wholly) there.
 */
export function readFrameCode(
  luma: (x: number, y: number) => number,
  size: Readonly<{ width: number; height: number }>,
): number | undefined {
  const square = size.width / (2 * CODE_SQUARES);
  const y = (size.width * 24) / 640; // the middle of the second line, which is 16 high where the picture is 640 wide
  const seen = Array.from({ length: CODE_SQUARES }, (_, i) => luma(size.width / 2 + (i + 0.5) * square, y) > 128);
  if (!seen[0] || seen[1] || seen[CODE_SQUARES - 2] || !seen[CODE_SQUARES - 1]) return undefined;
  return seen.slice(2, 2 + CODE_BITS).reduce((value, isWhite) => value * 2 + (isWhite ? 1 : 0), 0);
}
