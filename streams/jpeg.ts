import type { PictureSize } from './h264/sps.ts';

/** Size from the frame header (SOF0 to SOF15) of a JPEG. Source: ITU-T T.81, B.2.2. */
export function readJpegSize(jpeg: Buffer): PictureSize | undefined {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= jpeg.length && jpeg[at] === 0xff; at += 2 + jpeg.readUInt16BE(at + 2)) {
    if (isFrameHeader(jpeg[at + 1] ?? 0))
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
  }
  return undefined;
}

/** C0 to CF but for the tables DHT (C4), JPG (C8) and DAC (CC). */
const isFrameHeader = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
