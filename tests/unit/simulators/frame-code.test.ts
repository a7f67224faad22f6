import { expect, it } from 'vitest';
import { Banner } from '../../../simulators/camera/picture/banner.ts';
import { CODE_SQUARES, frameSquares, readFrameCode } from '../../../simulators/camera/picture/frame-code.ts';

/** A picture of which only the squares are there. */
function drawn(frame: number, width: number): (x: number, y: number) => number {
  const squares = frameSquares(frame);
  const size = width / (2 * CODE_SQUARES);
  return (x, y) => (y < size || y >= 2 * size || !squares[Math.floor((x - width / 2) / size)] ? 16 : 235);
}

it.each([320, 640, 1280, 1920])('reads the frame number off a picture that is %i wide', (width) => {
  for (const frame of [0, 1, 0x5555, 0xaaaa, 65_535]) {
    expect(readFrameCode(drawn(frame, width), { width, height: (width * 9) / 16 })).toBe(frame);
  }
});

it('reads nothing off a black or a white picture', () => {
  for (const luma of [0, 255]) expect(readFrameCode(() => luma, { width: 640, height: 360 })).toBeUndefined();
});

it('says in a picture only what has changed since the last one', () => {
  const banner = new Banner(640);
  banner.showClock('2026-11-24 08:00:00');
  banner.nextRows(6, true);
  const kinds = (frame: number): string[] =>
    banner.nextRows(frame, false).flatMap((row) => row.map(({ kind }) => kind));
  const changed = (frame: number): string[] => kinds(frame).filter((kind) => kind !== 'same');
  expect(changed(6)).toEqual([]);
  expect(changed(7)).toEqual(['moved']); // one bit of the frame code
  banner.showClock('2026-11-24 08:00:01');
  expect(changed(7)).toEqual(['samples']); // the last digit
  banner.showPosition('P+001.0');
  expect(changed(7).length).toBeGreaterThan(0);
});
