/* The pieces that an MP4 is put together from. Source: ISO/IEC 14496-12, 4.2. */

export function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const bytes = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(bytes), text(type), ...parts], bytes);
}
export const fullBox = (type: string, versionAndFlags: number, ...parts: readonly Buffer[]): Buffer =>
  box(type, u32(versionAndFlags), ...parts);

export const text = (value: string): Buffer => Buffer.from(value, 'latin1');
export function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}
/** Negative values as their two's complement. */
export function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** Times of the file as a whole are milliseconds, as the pictures' are. */
export const TIMESCALE = 1000;
/** Square pixels, no rotation: the unity matrix. Source: ISO/IEC 14496-12, 6.2.2. */
export const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
/** Language `und` in three times five bits. */
const UNDETERMINED = 0x55c4;

export type Media = Readonly<{
  track: number;
  /** `vide` or `soun`, its name for people, and its media header. */
  kind: string;
  name: string;
  header: Buffer;
  /** Units of its own times a second, and how many of them it lasts; the same in milliseconds. */
  timescale: number;
  duration: number;
  durationMs: number;
  /** How much later than the file it begins, in milliseconds. */
  laterMs: number;
  /** Layer, group, volume. */
  volume: number;
  width: number;
  height: number;
  samples: Buffer;
}>;

/** One track. `created` is the two times that stand in each of its headers. Source: ISO/IEC 14496-12, 8.3 to 8.6. */
export function trak(media: Media, created: readonly Buffer[]): Buffer {
  const header = fullBox(
    'tkhd',
    3, // enabled, in the movie
    ...[...created, u32(media.track), u32(0), u32(media.laterMs + media.durationMs), Buffer.alloc(8)],
    ...[u16(0), u16(0), u16(media.volume), u16(0)],
    ...[...MATRIX.map(u32), u32(media.width << 16), u32(media.height << 16)],
  );
  // An empty edit, then all of it.
  const edits = [u32(2), u32(media.laterMs), u32(-1), u32(0x10000), u32(media.durationMs), u32(0), u32(0x10000)];
  const later = media.laterMs === 0 ? [] : [box('edts', fullBox('elst', 0, ...edits))];
  const times = [...created, u32(media.timescale), u32(media.duration), u16(UNDETERMINED), u16(0)];
  const handler = fullBox('hdlr', 0, u32(0), text(media.kind), Buffer.alloc(12), text(`${media.name}\0`));
  const dataInThisFile = box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1)));
  const info = box('minf', media.header, dataInThisFile, media.samples);
  return box('trak', header, ...later, box('mdia', fullBox('mdhd', 0, ...times), handler, info));
}

/** Equal values behind each other as one line: how many, and what. */
export function runs(values: Iterable<number>): Buffer {
  const lines: { count: number; value: number }[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last?.value === value) last.count += 1;
    else lines.push({ count: 1, value });
  }
  return Buffer.concat([u32(lines.length), ...lines.flatMap(({ count, value }) => [u32(count), u32(value)])]);
}

/** Where a track's samples lie: so many from this place of the file on. */
export type Chunk = Readonly<{ at: number; samples: number }>;

/** Source: ISO/IEC 14496-12, 8.7.4 and 8.7.5. */
export const chunkTables = (chunks: readonly Chunk[]): readonly Buffer[] => [
  fullBox('stsc', 0, u32(chunks.length), ...chunks.flatMap(({ samples }, at) => [u32(at + 1), u32(samples), u32(1)])),
  fullBox('stco', 0, u32(chunks.length), ...chunks.map(({ at }) => u32(at))),
];
