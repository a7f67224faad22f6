import type { ParameterSets, VideoCodec } from './access-unit.ts';
import { decoderConfig, pictureSize } from './decoder-config.ts';
import type { Picture } from './ring.ts';

export type Recording = Readonly<{
  codec: VideoCodec;
  sets: ParameterSets;
  /** In decoding order, the first a key frame. */
  pictures: readonly Picture[];
}>;

/** Times of the file are milliseconds, as the pictures' are. */
const TIMESCALE = 1000;
/** Seconds from 1904 to 1970, from which the format counts. Source: ISO/IEC 14496-12, 8.2.2.3. */
const EPOCH_1904_S = 2_082_844_800;
/** What the last picture lasts where nothing tells. */
const LAST_MS = 40;
/** Square pixels, no rotation: the unity matrix. Source: ISO/IEC 14496-12, 6.2.2. */
const MATRIX = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
const TRACK = 1;

/**
 * An MP4 of one video track, with the times that the camera gave each picture; the index comes first, so that a player
 * begins before it has all. The pictures' bytes are not copied. Source: ISO/IEC 14496-12, 14496-15.
 */
export function writeMp4(recording: Recording): readonly Buffer[] {
  const { pictures } = recording;
  const bytes = pictures.reduce((sum, { data }) => sum + data.length, 0);
  const ftyp = box('ftyp', text('isom'), u32(0x200), text('isomiso2mp41'), text(sampleEntry(recording.codec)));
  const sizeOfIndex = moov(recording, 0).length; // the place of the pictures depends on it, its size not on the place
  const mdatHead = Buffer.concat([u32(8 + bytes), text('mdat')]);
  const index = moov(recording, ftyp.length + sizeOfIndex + mdatHead.length);
  return [ftyp, index, mdatHead, ...pictures.map(({ data }) => data)];
}

const sampleEntry = (codec: VideoCodec): string => (codec === 'h264' ? 'avc1' : 'hvc1');

function moov(recording: Recording, dataAt: number): Buffer {
  const { pictures } = recording;
  const durations = durationsOf(pictures);
  const durationMs = durations.reduce((sum, one) => sum + one, 0);
  const createdS = Math.floor((pictures[0]?.at ?? 0) / 1000) + EPOCH_1904_S;
  const size = pictureSize(recording.codec, recording.sets) ?? { width: 0, height: 0 };
  const times = [u32(createdS), u32(createdS)];
  const header = fullBox(
    'mvhd',
    0,
    ...[...times, u32(TIMESCALE), u32(durationMs), u32(0x10000), u16(0x100), Buffer.alloc(10)],
    ...[...MATRIX.map(u32), Buffer.alloc(24), u32(TRACK + 1)],
  );
  const trackHeader = fullBox(
    'tkhd',
    3, // enabled, in the movie
    ...[...times, u32(TRACK), u32(0), u32(durationMs), Buffer.alloc(16)],
    ...[...MATRIX.map(u32), u32(size.width << 16), u32(size.height << 16)],
  );
  const mediaHeader = fullBox('mdhd', 0, ...times, u32(TIMESCALE), u32(durationMs), u16(UNDETERMINED), u16(0));
  const handler = fullBox('hdlr', 0, u32(0), text('vide'), Buffer.alloc(12), text('video\0'));
  const dataInThisFile = box('dinf', fullBox('dref', 0, u32(1), fullBox('url ', 1)));
  const media = box('minf', fullBox('vmhd', 1, Buffer.alloc(8)), dataInThisFile, samples(recording, durations, dataAt));
  return box('moov', header, box('trak', trackHeader, box('mdia', mediaHeader, handler, media)));
}

/** Language `und` in three times five bits. */
const UNDETERMINED = 0x55c4;

/** Where each picture lies, how long it lasts, which of them are key frames. All are one chunk. */
function samples(recording: Recording, durations: readonly number[], dataAt: number): Buffer {
  const { pictures } = recording;
  const keys = pictures.flatMap(({ isKey }, index) => (isKey ? [index + 1] : []));
  const later = pictures.map(({ compositionMs }) => compositionMs);
  const isReordered = later.some((ms) => ms !== 0);
  return box(
    'stbl',
    fullBox('stsd', 0, u32(1), description(recording)),
    fullBox('stts', 0, runs(durations)),
    ...(isReordered ? [fullBox('ctts', 1 << 24, runs(later))] : []), // version 1: offsets may be negative
    fullBox('stss', 0, u32(keys.length), ...keys.map(u32)),
    fullBox('stsc', 0, u32(1), u32(1), u32(pictures.length), u32(1)),
    fullBox('stsz', 0, u32(0), u32(pictures.length), ...pictures.map(({ data }) => u32(data.length))),
    fullBox('stco', 0, u32(1), u32(dataAt)),
  );
}

/** VisualSampleEntry with the decoder's record. Source: ISO/IEC 14496-12, 12.1.3. */
function description({ codec, sets }: Recording): Buffer {
  const { width, height } = pictureSize(codec, sets) ?? { width: 0, height: 0 };
  return box(
    sampleEntry(codec),
    ...[Buffer.alloc(6), u16(1), Buffer.alloc(16), u16(width), u16(height)],
    ...[u32(0x480000), u32(0x480000), u32(0), u16(1), Buffer.alloc(32), u16(24), u16(0xffff)],
    box(codec === 'h264' ? 'avcC' : 'hvcC', decoderConfig(codec, sets)),
  );
}

/** How long each is shown: up to the next one. */
function durationsOf(pictures: readonly Picture[]): readonly number[] {
  const steps = pictures.slice(1).map(({ dtsMs }, index) => Math.max(0, dtsMs - (pictures[index]?.dtsMs ?? dtsMs)));
  return [...steps, steps.at(-1) ?? LAST_MS];
}

/** Equal values behind each other as one line: how many, and what. */
function runs(values: readonly number[]): Buffer {
  const lines: { count: number; value: number }[] = [];
  for (const value of values) {
    const last = lines.at(-1);
    if (last?.value === value) last.count += 1;
    else lines.push({ count: 1, value });
  }
  return Buffer.concat([u32(lines.length), ...lines.flatMap(({ count, value }) => [u32(count), u32(value)])]);
}

function box(type: string, ...parts: readonly Buffer[]): Buffer {
  const bytes = parts.reduce((sum, part) => sum + part.length, 8);
  return Buffer.concat([u32(bytes), text(type), ...parts], bytes);
}
const fullBox = (type: string, versionAndFlags: number, ...parts: readonly Buffer[]): Buffer =>
  box(type, u32(versionAndFlags), ...parts);

const text = (value: string): Buffer => Buffer.from(value, 'latin1');
function u16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value & 0xffff);
  return bytes;
}
/** Negative values as their two's complement. */
function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}
