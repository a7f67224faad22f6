import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { GRID, GRID_BYTES } from './picture-judging.ts';

const WITHIN_MS = 10_000;
const SCALE = `scale=${GRID.width}:${GRID.height}:flags=area,format=gray`;
/** Of the JPEG on its input, and of nothing else: no other format, no address. */
const INPUT = ['-protocol_whitelist', 'pipe', '-f', 'mjpeg', '-i', 'pipe:0'];
const OUTPUT = ['-frames:v', '1', '-vf', SCALE, '-f', 'rawvideo', 'pipe:1'];

/** The picture in a JPEG as a few grey values (`GRID`), by ffmpeg; undefined where it is none, or takes too long. */
export async function greyPicture(jpeg: Uint8Array): Promise<Uint8Array | undefined> {
  const args = ['-hide_banner', '-loglevel', 'quiet', '-threads', '1', ...INPUT, ...OUTPUT];
  const child = spawn('ffmpeg', args, { stdio: ['pipe', 'pipe', 'ignore'], timeout: WITHIN_MS, killSignal: 'SIGKILL' });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on('error', () => undefined); // it has read what it wants, or is gone: its exit says so
  child.stdin.end(jpeg);
  try {
    await once(child, 'close');
  } catch {
    return undefined; // there is no ffmpeg: pictures are not checked
  }
  const grey = Buffer.concat(chunks);
  return grey.length === GRID_BYTES ? grey : undefined;
}
