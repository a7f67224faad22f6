import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../streams/ffmpeg.ts';
import { failed, ok, type Result } from './domain/result.ts';

/** Files of sound that are taken, and what ffmpeg calls them; a list of other files is none. */
export const SOUND_TYPES = {
  'audio/wav': 'wav',
  'audio/x-wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/aac': 'aac',
} as const;
export type SoundType = keyof typeof SOUND_TYPES;

/** One that is longer is cut: a loudspeaker is no radio. */
export const ANNOUNCEMENT_MAX_S = 180;
/** Together some 290 MB. */
export const ANNOUNCEMENTS_MAX = 100;
const BYTES_PER_SECOND = 16_000;
const CONVERTED_WITHIN_MS = 30_000;
const SUFFIX = '.s16le';

/** `seconds` is how long it is, `at` when it was kept. */
export type Announcement = Readonly<{ name: string; seconds: number; at: number }>;

/** Sounds that loudspeakers are told to play by their names (广播文件): samples of 16 bits, 8,000 a second, one file each. */
export class Announcements {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = join(dataDir, 'announcements');
  }

  /** By their names. */
  async list(): Promise<readonly Announcement[]> {
    const files = await readdir(this.#folder).catch(() => []);
    const found = await Promise.all(
      files
        .filter((file) => file.endsWith(SUFFIX))
        .map(async (file) => {
          const { size, mtimeMs } = await stat(join(this.#folder, file));
          return { name: nameOf(file), seconds: size / BYTES_PER_SECOND, at: Math.round(mtimeMs) };
        }),
    );
    return found.sort((a, b) => a.name.localeCompare(b.name, 'zh-CN'));
  }

  /** Takes a file of sound in, in place of one of the same name. Throws what the file system throws. */
  async keep(name: string, type: SoundType, bytes: Buffer): Promise<Result<Announcement, 'full' | 'no-sound'>> {
    const present = await this.list();
    if (present.length >= ANNOUNCEMENTS_MAX && present.every((one) => one.name !== name)) return failed('full');
    const made = await run({
      ...{ input: bytes, inputFormat: SOUND_TYPES[type], output: 's16le', timeoutMs: CONVERTED_WITHIN_MS },
      args: ['-vn', '-ac', '1', '-ar', '8000', '-t', String(ANNOUNCEMENT_MAX_S)],
    });
    if (!made.ok || made.value.length === 0) return failed('no-sound');
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = this.#pathOf(name);
    const part = `${path}.${randomUUID()}`;
    await writeFile(part, made.value, { mode: 0o600, flush: true });
    await rename(part, path);
    return ok({ name, seconds: made.value.length / BYTES_PER_SECOND, at: Math.round((await stat(path)).mtimeMs) });
  }

  /** False where there was none. */
  async remove(name: string): Promise<boolean> {
    return await rm(this.#pathOf(name)).then(
      () => true,
      () => false,
    );
  }

  /** Undefined where there is none. */
  sound = async (name: string): Promise<Buffer | undefined> =>
    await readFile(this.#pathOf(name)).catch(() => undefined);

  /** No name can leave the folder or be a file's own word. */
  #pathOf = (name: string): string => join(this.#folder, `${Buffer.from(name).toString('base64url')}${SUFFIX}`);
}

const nameOf = (file: string): string => Buffer.from(file.slice(0, -SUFFIX.length), 'base64url').toString();
