import type { PictureBox } from '../../../gateway/http/contract/video.ts';

export type Point = Readonly<{ x: number; y: number }>;
export type Size = Readonly<{ width: number; height: number }>;

/** A box under a thirtieth of the picture is a slip of the hand, not a wish. */
const LEAST = 1 / 30;

/**
 * What was drawn from one corner to the other, in pixels of the frame, as fractions of the picture that stands in the
 * frame whole and centred (`object-fit: contain`). Undefined for what is too small, or beside the picture.
 */
export function boxOf(from: Point, to: Point, frame: Size, picture: Size): PictureBox | undefined {
  const scale = Math.min(frame.width / picture.width, frame.height / picture.height);
  const [x, right] = span(from.x, to.x, frame.width, picture.width * scale);
  const [y, bottom] = span(from.y, to.y, frame.height, picture.height * scale);
  const [width, height] = [right - x, bottom - y];
  return width < LEAST || height < LEAST ? undefined : { x, y, width, height };
}

/** Both ends as fractions of what is shown, lesser first. */
function span(one: number, other: number, frame: number, shown: number): readonly [number, number] {
  const margin = (frame - shown) / 2;
  const part = (at: number): number => Math.min(1, Math.max(0, (at - margin) / shown));
  return [part(Math.min(one, other)), part(Math.max(one, other))];
}
