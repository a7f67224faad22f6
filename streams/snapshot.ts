import type { Snapshot } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import { run } from './ffmpeg.ts';
import { bodyToAnnexB } from './flv.ts';
import { toAnnexB } from './h264/nal.ts';
import { readJpegSize } from './jpeg.ts';
import type { KeyFrame } from './relay.ts';

/** From the request to the key frame; a camera that was asleep needs a second or two. */
export const SNAPSHOT_MAX_MS = 8000;
const DECODE_MAX_MS = 10_000;

/** Many who ask for the same key frame share one decoding; a picture is kept as long as its key frame. */
const stills = new WeakMap<KeyFrame, Promise<Result<Snapshot, StreamFault>>>();

export function stillOf(key: KeyFrame): Promise<Result<Snapshot, StreamFault>> {
  const found = stills.get(key);
  if (found !== undefined) return found;
  const still = decode(key);
  stills.set(key, still);
  return still;
}

async function decode({ body, sets, at }: KeyFrame): Promise<Result<Snapshot, StreamFault>> {
  const input = Buffer.concat([toAnnexB([...sets.sps, ...sets.pps]), bodyToAnnexB(body)]);
  const args = ['-frames:v', '1', '-q:v', '3'];
  const decoded = await run({ input, inputFormat: 'h264', args, output: 'mjpeg', timeoutMs: DECODE_MAX_MS });
  if (!decoded.ok) return failed(fault(decoded.error.reason === 'busy' ? 'busy' : 'decoder', decoded.error.text));
  const size = readJpegSize(decoded.value);
  if (size === undefined) return failed(fault('decoder', 'the key frame gave no picture'));
  return ok({ jpeg: decoded.value, at, ...size });
}
