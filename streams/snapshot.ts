import type { Snapshot } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import { run } from './ffmpeg.ts';
import { withStartCodes } from './flv.ts';
import { toAnnexB } from './h264/nal.ts';
import { readJpegSize } from './jpeg.ts';
import type { Still } from './relay.ts';

/** From the request to the key frame; a camera that was asleep needs a second or two. */
export const SNAPSHOT_MAX_MS = 8000;
const DECODE_MAX_MS = 10_000;
/** ffmpeg's names of the streams. */
const INPUT = { h264: 'h264', h265: 'hevc' } as const;

/** Many who ask for the same key frame share one decoding; a picture is kept as long as its key frame. */
const pictures = new WeakMap<Still, Promise<Result<Snapshot, StreamFault>>>();

export function pictureOf(still: Still): Promise<Result<Snapshot, StreamFault>> {
  const found = pictures.get(still);
  if (found !== undefined) return found;
  const picture = decode(still);
  pictures.set(still, picture);
  return picture;
}

async function decode(still: Still): Promise<Result<Snapshot, StreamFault>> {
  const last = still.pictures.length - 1;
  const args = ['-vf', `select=gte(n\\,${last})`, '-frames:v', '1', '-q:v', '3'];
  const input = toByteStream(still);
  const job = { input, inputFormat: INPUT[still.codec], args, output: 'mjpeg', timeoutMs: DECODE_MAX_MS };
  const decoded = await run(job);
  if (!decoded.ok) return failed(fault(decoded.error.reason === 'busy' ? 'busy' : 'decoder', decoded.error.text));
  const size = readJpegSize(decoded.value);
  if (size === undefined) return failed(fault('decoder', 'the key frame gave no picture'));
  return ok({ jpeg: decoded.value, at: still.at, ...size });
}

/** Parameter sets and pictures behind start codes; a copy, since the pictures belong to the hub and to the ring as well. */
function toByteStream({ sets, pictures: all }: Still): Buffer {
  const { vps = [], sps, pps } = sets;
  return Buffer.concat([toAnnexB([...vps, ...sps, ...pps]), ...all.map((data) => withStartCodes(Buffer.from(data)))]);
}
