import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { ClipFile, ClipNote, ClipWindow } from '../gateway/domain/camera.ts';
import { decoderConfig } from './decoder-config.ts';
import { type Recording, writeMp4 } from './mp4.ts';
import type { Group, Ring } from './ring.ts';

/** A clip in memory. `from` and `to` are when its first and its last picture came. */
export type Cut = ClipWindow & Readonly<{ recording: Recording; note: ClipNote | undefined }>;

/** A stream that lacks less than this of what was wanted has it all: pictures come some 40 ms apart. */
const SLACK_MS = 500;

/**
 * What a ring holds of the window, from the key frame before it on. A file holds pictures of one decoder configuration:
 * where the camera changed its own meanwhile, what lies around `moment` is taken. Undefined: there is nothing.
 */
export function cut(ring: Ring, window: ClipWindow, moment: number, wasOpen: boolean): Cut | undefined {
  const groups = alike(within(ring.groups, window), moment);
  const [first] = groups;
  const pictures = groups.flatMap((group) => group.pictures).filter(({ at }) => at <= window.to);
  const [from, to] = [pictures[0]?.at, pictures.at(-1)?.at];
  if (first === undefined || from === undefined || to === undefined) return undefined;
  const isBroken = groups.slice(1).some(({ isAfterBreak }) => isAfterBreak) || window.to - to > SLACK_MS;
  const late = from - window.from > SLACK_MS;
  const note = late && !wasOpen ? 'not-open' : isBroken ? 'interrupted' : late ? 'shortened' : undefined;
  const sounds = groups.flatMap((group) => group.sounds).filter(({ at }) => at <= window.to);
  return { recording: { codec: first.codec, sets: first.sets, pictures, sounds }, from, to, note };
}

/** The group that was running when the window began, and those up to its end. */
function within(groups: readonly Group[], { from, to }: ClipWindow): readonly Group[] {
  const begins = groups.map(({ pictures }) => pictures[0]?.at ?? Number.POSITIVE_INFINITY);
  const running = begins.findLastIndex((at) => at <= from);
  return groups.filter((_group, index) => index >= running && (begins[index] ?? Number.POSITIVE_INFINITY) <= to);
}

/** Neighbours that one decoder can play without being told anew, around the moment. */
function alike(groups: readonly Group[], moment: number): readonly Group[] {
  const configs = groups.map(({ codec, sets }) => `${codec} ${decoderConfig(codec, sets).toString('latin1')}`);
  const at = Math.max(
    groups.findLastIndex(({ pictures }) => (pictures[0]?.at ?? 0) <= moment),
    0,
  );
  let [first, last] = [at, at];
  while (first > 0 && configs[first - 1] === configs[at]) first -= 1;
  while (last + 1 < groups.length && configs[last + 1] === configs[at]) last += 1;
  return groups.slice(first, last + 1);
}

/** Writes the clip so that it is on the disk when this resolves. Throws what the file system throws. */
export async function writeClip(path: string, { recording, from, to, note }: Cut): Promise<ClipFile> {
  const parts = writeMp4(recording);
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  const file = await open(path, 'w', 0o600); // over what a killed plane left there
  try {
    await writeAll(file, parts);
    await file.sync();
  } finally {
    await file.close();
  }
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  return { sha256: hash.digest('hex'), bytes, from, to, codec: recording.codec, note };
}

/** Buffers that one call takes: Linux allows 1024. */
const WRITE_AT_ONCE = 512;

async function writeAll(file: Awaited<ReturnType<typeof open>>, parts: readonly Buffer[]): Promise<void> {
  for (let at = 0; at < parts.length; at += WRITE_AT_ONCE) {
    const some = parts.slice(at, at + WRITE_AT_ONCE);
    const { bytesWritten } = await file.writev(some);
    const wanted = some.reduce((sum, part) => sum + part.length, 0);
    // A disk that is full may take a part and say nothing.
    if (bytesWritten !== wanted) throw new Error(`only ${bytesWritten} of ${wanted} bytes were written`);
  }
}
