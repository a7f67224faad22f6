import type { ParameterSets, VideoCodec } from './access-unit.ts';
import { decoderConfig, pictureSize } from './decoder-config.ts';
import { box, type Chunk, chunkTables, fullBox, MATRIX, runs, TIMESCALE, text, trak, u16, u32 } from './mp4-boxes.ts';
import type { KeptSound, Picture } from './ring.ts';
import { planSound, type SoundPlan, samplesOf, soundTrak } from './sound/sound-mp4.ts';

export type Recording = Readonly<{
  codec: VideoCodec;
  sets: ParameterSets;
  /** In decoding order, the first a key frame. */
  pictures: readonly Picture[];
  /** What was heard meanwhile, in order. */
  sounds: readonly KeptSound[];
}>;

/** Seconds from 1904 to 1970, from which the format counts. Source: ISO/IEC 14496-12, 8.2.2.3. */
const EPOCH_1904_S = 2_082_844_800;
/** What the last picture lasts where nothing tells. */
const LAST_MS = 40;
const TRACK = { pictures: 1, sound: 2 } as const;

/** A key frame and what builds on it, and what was heard until the next: a piece of the file. */
type Stretch = Readonly<{ pictures: readonly Picture[]; sounds: SoundPlan['pieces'] }>;
type Places = Readonly<{ pictures: readonly Chunk[]; sound: readonly Chunk[]; end: number }>;

/**
 * An MP4 with the times that the camera gave each picture, and its sound where there is some; the index comes first, so
 * that a player begins before it has all. The bytes are not copied. Source: ISO/IEC 14496-12, 14496-15.
 */
export function writeMp4(recording: Recording): readonly Buffer[] {
  const sound = planSound(recording.sounds, recording.pictures[0]?.dtsMs ?? 0);
  const stretches = stretchesOf(recording.pictures, sound?.pieces ?? []);
  const ftyp = box('ftyp', text('isom'), u32(0x200), text('isomiso2mp41'), text(sampleEntry(recording.codec)));
  const before = placesFrom(0, stretches, sound);
  const sizeOfIndex = moov(recording, sound, before).length; // the places depend on it, its size not on the places
  const mdatHead = Buffer.concat([u32(8 + before.end), text('mdat')]);
  const index = moov(recording, sound, placesFrom(ftyp.length + sizeOfIndex + mdatHead.length, stretches, sound));
  const bytes = stretches.flatMap(({ pictures, sounds }) => [...pictures, ...sounds].map(({ data }) => data));
  return [ftyp, index, mdatHead, ...bytes];
}

/** Sound beside its pictures, so that a player that reads on finds both. */
function stretchesOf(pictures: readonly Picture[], sounds: SoundPlan['pieces']): readonly Stretch[] {
  const keys = pictures.flatMap(({ isKey }, index) => (isKey || index === 0 ? [index] : []));
  let heard = 0;
  return keys.map((from, index) => {
    const next = keys[index + 1];
    const untilMs = next === undefined ? Number.POSITIVE_INFINITY : (pictures[next]?.dtsMs ?? 0);
    const first = heard;
    while ((sounds[heard]?.dtsMs ?? Number.POSITIVE_INFINITY) < untilMs) heard += 1;
    return { pictures: pictures.slice(from, next), sounds: sounds.slice(first, heard) };
  });
}

function placesFrom(start: number, stretches: readonly Stretch[], plan: SoundPlan | undefined): Places {
  const places: { pictures: Chunk[]; sound: Chunk[] } = { pictures: [], sound: [] };
  let at = start;
  for (const { pictures, sounds } of stretches) {
    places.pictures.push({ at, samples: pictures.length });
    at = pictures.reduce((sum, { data }) => sum + data.length, at);
    if (plan === undefined || sounds.length === 0) continue;
    places.sound.push({ at, samples: sounds.reduce((sum, piece) => sum + samplesOf(plan, piece), 0) });
    at = sounds.reduce((sum, { data }) => sum + data.length, at);
  }
  return { ...places, end: at };
}

const sampleEntry = (codec: VideoCodec): string => (codec === 'h264' ? 'avc1' : 'hvc1');

function moov(recording: Recording, sound: SoundPlan | undefined, places: Places): Buffer {
  const { pictures } = recording;
  const durations = durationsOf(pictures);
  const durationMs = durations.reduce((sum, one) => sum + one, 0);
  const createdS = Math.floor((pictures[0]?.at ?? 0) / 1000) + EPOCH_1904_S;
  const size = pictureSize(recording.codec, recording.sets) ?? { width: 0, height: 0 };
  const created = [u32(createdS), u32(createdS)];
  const header = fullBox(
    'mvhd',
    0,
    ...[...created, u32(TIMESCALE), u32(durationMs), u32(0x10000), u16(0x100), Buffer.alloc(10)],
    ...[...MATRIX.map(u32), Buffer.alloc(24), u32(TRACK.sound + 1)],
  );
  const shown = {
    ...{ track: TRACK.pictures, kind: 'vide', name: 'video', header: fullBox('vmhd', 1, Buffer.alloc(8)) },
    ...{ timescale: TIMESCALE, duration: durationMs, durationMs, laterMs: 0, volume: 0, ...size },
    samples: samples(recording, durations, places.pictures),
  };
  const heard = sound === undefined ? [] : [soundTrak(sound, TRACK.sound, places.sound, created)];
  return box('moov', header, trak(shown, created), ...heard);
}

/** Where each picture lies, how long it lasts, which of them are key frames. */
function samples(recording: Recording, durations: readonly number[], chunks: readonly Chunk[]): Buffer {
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
    fullBox('stsz', 0, u32(0), u32(pictures.length), ...pictures.map(({ data }) => u32(data.length))),
    ...chunkTables(chunks),
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
