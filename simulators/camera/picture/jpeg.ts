import { runFfmpeg } from './ffmpeg.ts';
import type { AccessUnit } from './stream.ts';

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** A key picture as JPEG. */
export function encodeJpeg({ nals }: AccessUnit): Promise<Buffer> {
  const stream = Buffer.concat(nals.flatMap((nal) => [START_CODE, nal]));
  return runFfmpeg(['-f', 'h264', '-i', 'pipe:0', '-frames:v', '1', '-q:v', '3', '-f', 'mjpeg', 'pipe:1'], stream);
}
