import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { splitAnnexB, splitAt, unitOf } from './h264-loop.ts';

/** Pictures as NAL units without start codes; the first is a key frame with its parameter sets. */
export type H265Loop = Readonly<{
  vps: Buffer;
  sps: Buffer;
  pps: Buffer;
  pictures: readonly (readonly Buffer[])[];
}>;

/** Two seconds of ffmpeg's moving test picture in H.265, 25 a second, a key frame each second. */
export async function makeH265Loop(width: number, height: number): Promise<H265Loop> {
  const x265 =
    'keyint=25:min-keyint=25:scenecut=0:bframes=0:repeat-headers=1:aud=1:pools=1:frame-threads=1:log-level=1';
  const made = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${width}x${height}:rate=25`, '-t', '2'],
      ...['-c:v', 'libx265', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-x265-params', x265],
      ...['-f', 'hevc', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  const nals = splitAnnexB(made.stdout);
  const find = (type: number): Buffer => unitOf(nals, typeOf, type);
  return { vps: find(32), sps: find(33), pps: find(34), pictures: splitAt(nals, (nal) => typeOf(nal) === 35) };
}

const typeOf = (nal: Buffer): number => (nal.readUInt8(0) >> 1) & 0x3f;

/** A picture's payloads: small units together in an aggregate (AP), what is larger than a packet in fragments (FU). */
export function h265Payloads(picture: readonly Buffer[], maxBytes = 1200): readonly Buffer[] {
  const small = picture.filter((nal) => nal.length <= 200);
  const large = picture.filter((nal) => nal.length > 200);
  const head = small.length > 1 ? [h265Aggregate(small)] : small;
  return [...head, ...large.flatMap((nal) => (nal.length <= maxBytes ? [nal] : h265Fragments(nal, maxBytes)))];
}

export const h265Aggregate = (nals: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from([48 << 1, 1]),
    ...nals.flatMap((nal) => [Buffer.from([nal.length >> 8, nal.length & 0xff]), nal]),
  ]);

export function h265Fragments(nal: Buffer, maxBytes: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 2; at < nal.length; at += maxBytes) {
    const end = Math.min(at + maxBytes, nal.length);
    const flags = (at === 2 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
    const head = Buffer.from([(nal.readUInt8(0) & 0x81) | (49 << 1), nal.readUInt8(1), flags | typeOf(nal)]);
    pieces.push(Buffer.concat([head, nal.subarray(at, end)]));
  }
  return pieces;
}
