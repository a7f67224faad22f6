import { box, type Chunk, chunkTables, fullBox, runs, trak, u16, u32 } from '../mp4-boxes.ts';
import type { KeptSound } from '../ring.ts';
import { AAC_SAMPLES, isSameFormat, type SoundCodec, type SoundFormat } from './sound.ts';

/** A step between two pieces that is longer than their sound by more than this is a gap. */
const GAP_MS = 200;
/** Nothing, in the words of each law. */
const SILENCE = { g711a: 0xd5, g711u: 0xff } as const;
const FULL_VOLUME = 0x100;

type Piece = Readonly<{ data: Buffer; dtsMs: number; ticks: number }>;
/** What is heard in a clip, as it stands in the file: one format, without gaps. */
export type SoundPlan = Readonly<{ format: SoundFormat; laterMs: number; pieces: readonly Piece[] }>;

/**
 * The sound beside pictures that begin at `fromMs`. A file's track has one format: what the camera spoke first. A gap is
 * silence in G.711; in AAC its last frame is held so long. Undefined without sound.
 */
export function planSound(sounds: readonly KeptSound[], fromMs: number): SoundPlan | undefined {
  const heard = sounds.filter(({ dtsMs }) => dtsMs >= fromMs);
  const [first] = heard;
  if (first === undefined) return undefined;
  const alike = heard.filter(({ format }) => isSameFormat(format, first.format));
  const pieces = alike.flatMap((sound, index) => pieceOf(sound, alike[index + 1]));
  return { format: first.format, laterMs: Math.round(first.dtsMs - fromMs), pieces };
}

function pieceOf({ format, data, dtsMs }: KeptSound, next: KeptSound | undefined): readonly Piece[] {
  const ticks = format.codec === 'aac' ? AAC_SAMPLES : data.length;
  const stepTicks = next === undefined ? ticks : Math.round(((next.dtsMs - dtsMs) * format.sampleRate) / 1000);
  const missing = stepTicks - ticks > (GAP_MS * format.sampleRate) / 1000 ? stepTicks - ticks : 0;
  if (format.codec === 'aac') return [{ data, dtsMs, ticks: ticks + missing }];
  const silence = Buffer.alloc(missing, SILENCE[format.codec]);
  const piece = { data, dtsMs, ticks };
  return missing === 0 ? [piece] : [piece, { data: silence, dtsMs, ticks: missing }];
}

/** Samples of the file in one piece: an AAC frame is one, in G.711 each byte is. */
export const samplesOf = ({ format }: SoundPlan, { data }: Piece): number => (format.codec === 'aac' ? 1 : data.length);

export function soundTrak(
  plan: SoundPlan,
  track: number,
  chunks: readonly Chunk[],
  created: readonly Buffer[],
): Buffer {
  const { format, pieces, laterMs } = plan;
  const duration = pieces.reduce((sum, { ticks }) => sum + ticks, 0);
  const isAac = format.codec === 'aac';
  const sizes = isAac
    ? [u32(0), u32(pieces.length), ...pieces.map(({ data }) => u32(data.length))]
    : [u32(1), u32(duration)];
  const steps = isAac ? runs(pieces.map(({ ticks }) => ticks)) : Buffer.concat([u32(1), u32(duration), u32(1)]);
  const samples = box(
    'stbl',
    fullBox('stsd', 0, u32(1), description(format)),
    ...[fullBox('stts', 0, steps), fullBox('stsz', 0, ...sizes), ...chunkTables(chunks)],
  );
  return trak(
    {
      ...{ track, kind: 'soun', name: 'sound', header: fullBox('smhd', 0, u32(0)), samples },
      ...{ timescale: format.sampleRate, duration, durationMs: Math.round((duration * 1000) / format.sampleRate) },
      ...{ laterMs, volume: FULL_VOLUME, width: 0, height: 0 },
    },
    created,
  );
}

/** `alaw` and `ulaw` are of QuickTime, which players of MP4 know. */
const ENTRY: Readonly<Record<SoundCodec, string>> = { aac: 'mp4a', g711a: 'alaw', g711u: 'ulaw' };

/** AudioSampleEntry with the decoder's record. Source: ISO/IEC 14496-12, 12.2.3. */
function description(format: SoundFormat): Buffer {
  return box(
    ENTRY[format.codec],
    ...[Buffer.alloc(6), u16(1), Buffer.alloc(8), u16(format.channels), u16(16), u32(0)],
    ...[u16(format.sampleRate), u16(0)],
    ...(format.codec === 'aac' ? [esds(format.config)] : []),
  );
}

/** Source: ISO/IEC 14496-1, 7.2.6; 14496-14, 5.6: MPEG-4 sound, one stream, no buffer size or rate told. */
function esds(config: Buffer): Buffer {
  const specific = Buffer.concat([Buffer.from([0x05, config.length]), config]);
  const decoder = Buffer.concat([Buffer.from([0x40, 0x15]), Buffer.alloc(11), specific]);
  const described = [Buffer.from([0, 1, 0, 0x04, decoder.length]), decoder, Buffer.from([0x06, 1, 0x02])];
  const stream = Buffer.concat(described);
  return fullBox('esds', 0, Buffer.from([0x03, stream.length]), stream);
}
