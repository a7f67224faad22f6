import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Pictures as NAL units without start codes; the first is a key frame with its parameter sets. */
export type H264Loop = Readonly<{ sps: Buffer; pps: Buffer; pictures: readonly (readonly Buffer[])[] }>;

/** Noise that hardly compresses: some 6 MB a second, to fill any buffer soon. */
export const makeHeavyLoop = (): Promise<H264Loop> =>
  makeLoop('nullsrc=size=640x480:rate=25,geq=random(1)*255:128:128', ['-qp', '12']);

/** Two seconds of ffmpeg's moving test picture, 25 a second, a key frame each second, `slices` slices a picture. */
export const makeH264Loop = (width: number, height: number, slices = 1): Promise<H264Loop> =>
  makeLoop(`testsrc2=size=${width}x${height}:rate=25`, ['-b:v', '400k'], slices);

async function makeLoop(picture: string, rate: readonly string[], slices = 1): Promise<H264Loop> {
  const made = await promisify(execFile)(
    'ffmpeg',
    [
      ...['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', picture],
      ...['-t', '2', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
      ...['-g', '25', '-bf', '0', '-x264-params', `slices=${slices}:aud=1`, ...rate, '-f', 'h264', 'pipe:1'],
    ],
    { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 },
  );
  const nals = splitAnnexB(made.stdout);
  const find = (type: number): Buffer => unitOf(nals, typeOf, type);
  return { sps: find(7), pps: find(8), pictures: splitAt(nals, (nal) => typeOf(nal) === 9) };
}

/** The first unit of this type. */
export function unitOf(nals: readonly Buffer[], kindOf: (nal: Buffer) => number, type: number): Buffer {
  const found = nals.find((nal) => kindOf(nal) === type);
  if (found === undefined) throw new Error(`no NAL unit of type ${type}`);
  return found;
}

const typeOf = (nal: Buffer): number => nal.readUInt8(0) & 0x1f;

export function splitAnnexB(stream: Buffer): readonly Buffer[] {
  const nals: Buffer[] = [];
  const mark = Buffer.from([0, 0, 1]);
  for (let at = stream.indexOf(mark); at !== -1; ) {
    const next = stream.indexOf(mark, at + 3);
    let end = next === -1 ? stream.length : next;
    while (end > at + 3 && stream[end - 1] === 0) end -= 1;
    nals.push(stream.subarray(at + 3, end));
    at = next;
  }
  return nals;
}

/** Pictures, each of which begins with a delimiter. */
export function splitAt(
  nals: readonly Buffer[],
  isDelimiter: (nal: Buffer) => boolean,
): readonly (readonly Buffer[])[] {
  const pictures: Buffer[][] = [];
  for (const nal of nals) {
    if (isDelimiter(nal)) pictures.push([]);
    pictures.at(-1)?.push(nal);
  }
  return pictures;
}

/** RTP packets of one picture: single NAL units, and FU-A for what is larger than a packet. */
export function packetise(picture: readonly Buffer[], sequence: number, timestamp: number, maxBytes = 1200): Buffer[] {
  const payloads = picture.flatMap((nal) => (nal.length <= maxBytes ? [nal] : fragments(nal, maxBytes)));
  return packetsOf(payloads, sequence, timestamp);
}

/** RTP packets of one picture, the last of them marked. */
export function packetsOf(payloads: readonly Buffer[], sequence: number, timestamp: number): Buffer[] {
  return payloads.map((payload, index) => {
    const head = Buffer.alloc(12);
    head[0] = 0x80;
    head[1] = 96 | (index === payloads.length - 1 ? 0x80 : 0);
    head.writeUInt16BE((sequence + index) & 0xffff, 2);
    head.writeUInt32BE(timestamp >>> 0, 4);
    head.writeUInt32BE(0x12345678, 8);
    return Buffer.concat([head, payload]);
  });
}

export function fragments(nal: Buffer, maxBytes: number): Buffer[] {
  const first = nal.readUInt8(0);
  const pieces: Buffer[] = [];
  for (let at = 1; at < nal.length; at += maxBytes) {
    const end = Math.min(at + maxBytes, nal.length);
    const flags = (at === 1 ? 0x80 : 0) | (end === nal.length ? 0x40 : 0);
    pieces.push(Buffer.concat([Buffer.from([(first & 0xe0) | 28, flags | (first & 0x1f)]), nal.subarray(at, end)]));
  }
  return pieces;
}
