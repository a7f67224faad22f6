import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { StreamSource } from './domain/camera.ts';
import type { CommandFault, DeviceReply } from './domain/command.ts';
import type { DeviceId } from './domain/device.ts';
import { failed, ok, type Result } from './domain/result.ts';

/** Some two minutes of words; a loudspeaker is no lecture. */
const TEXT_MAX_CHARS = 500;
const TIMES_MAX = 5;
const SAMPLES_PER_SECOND = 8000;
const BYTES_PER_SECOND = 2 * SAMPLES_PER_SECOND;
const SOUND_MAX_BYTES = 180 * BYTES_PER_SECOND;
const SPEECH_MAX_MS = 20_000;
const PAUSE_BYTES = BYTES_PER_SECOND;
const TONE_HZ = { chime: [880, 660], alert: [960, 1440], siren: [600, 900, 1200, 900] } as const;
const TONE_MS = 400;

const Times = z.int().min(1).max(TIMES_MAX).default(1);
/** What a loudspeaker that is reached by RTP is told: words, one of our tones, a file; how often, with a second in between. */
const Said = z.union([
  z.strictObject({ text: z.string().min(1).max(TEXT_MAX_CHARS), times: Times }),
  z.strictObject({ tone: z.enum(['chime', 'alert', 'siren']), times: Times }),
  z.strictObject({ file: z.string().min(1).max(40), times: Times }),
]);
type Said = z.infer<typeof Said>;

/** Makes a voice of words: samples of 16 bits, little-endian, 8,000 a second. A better voice is another one of these. */
export type Speech = (text: string) => Promise<Result<Buffer, string>>;

export type AnnouncingPorts = Readonly<{
  speech: Speech;
  /** A file's samples, in the same form. */
  soundOf: (file: string) => Promise<Buffer | undefined>;
  sourceOf: (id: DeviceId) => Promise<Result<StreamSource, Readonly<{ reason: string; text: string }>>>;
  announce: (source: StreamSource, pcm: Buffer) => Promise<Result<void, Readonly<{ reason: string; text: string }>>>;
  newId: () => string;
}>;

/** Says something through a loudspeaker (喊话); answers when the last of it has gone out, or that it still speaks after so long. */
export async function announceAt(
  device: DeviceId,
  args: Readonly<Record<string, unknown>>,
  { sourceOf, announce, newId, ...makers }: AnnouncingPorts,
  timeoutMs: number,
): Promise<Result<DeviceReply, CommandFault>> {
  const said = Said.safeParse(args);
  if (!said.success)
    return refused(newId(), 'expected { text }, { tone: chime, alert or siren } or { file }, times 1 to 5');
  const sound = await soundOf(said.data, makers);
  if (!sound.ok) return refused(newId(), sound.error);
  const source = await sourceOf(device);
  if (!source.ok) return failed({ reason: 'not-connected', text: source.error.text });
  const speaking = announce(source.value, repeated(sound.value, said.data.times));
  const late = new AbortController();
  const done = await Promise.race([
    speaking,
    sleep(timeoutMs, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  if (done === undefined) return ok({ id: newId(), ok: true, result: { state: 'speaking' } });
  if (done.ok) return ok({ id: newId(), ok: true });
  const isBusy = done.error.reason === 'busy' || done.error.reason === 'no-loudspeaker';
  return isBusy ? refused(newId(), done.error.text) : failed({ reason: 'not-connected', text: done.error.text });
}

async function soundOf(
  said: Said,
  { speech, soundOf }: Pick<AnnouncingPorts, 'speech' | 'soundOf'>,
): Promise<Result<Buffer, string>> {
  if ('text' in said) return await speech(said.text);
  if ('tone' in said) return ok(toneOf(said.tone));
  const sound = await soundOf(said.file);
  return sound === undefined ? failed(`no file is kept by the name ${said.file}`) : ok(sound);
}

const refused = (id: string, error: string): Result<DeviceReply, CommandFault> => ok({ id, ok: false, error });

const repeated = (sound: Buffer, times: number): Buffer =>
  Buffer.concat(
    Array.from({ length: times }, (_, at) => [...(at === 0 ? [] : [Buffer.alloc(PAUSE_BYTES)]), sound]).flat(),
  );

/** Its notes, one after the other, each without a click at its ends. */
export function toneOf(tone: keyof typeof TONE_HZ): Buffer {
  const samples = (SAMPLES_PER_SECOND * TONE_MS) / 1000;
  return Buffer.concat(
    TONE_HZ[tone].map((hertz) => {
      const note = Buffer.alloc(samples * 2);
      for (let at = 0; at < samples; at += 1) {
        const loudness = 12_000 * Math.min(1, at / 80, (samples - at) / 80);
        note.writeInt16LE(Math.round(loudness * Math.sin((2 * Math.PI * hertz * at) / SAMPLES_PER_SECOND)), at * 2);
      }
      return note;
    }),
  );
}

/** espeak-ng's Mandarin voice, made telephone-like by ffmpeg. The words go by standard input: never as an argument. */
export const espeak: Speech = async (text) => {
  const voice = spawn('espeak-ng', ['-v', 'cmn', '-s', '150', '--stdin', '--stdout'], { timeout: SPEECH_MAX_MS });
  const filter = ['-nostdin', '-v', 'error', '-i', 'pipe:0', '-ar', String(SAMPLES_PER_SECOND), '-ac', '1'];
  const narrow = spawn('ffmpeg', [...filter, '-f', 's16le', 'pipe:1'], { timeout: SPEECH_MAX_MS });
  voice.stdout.pipe(narrow.stdin);
  narrow.stdin.on('error', () => {}); // its end is seen by its exit
  voice.stdin.on('error', () => {});
  voice.stdin.end(text);
  const [spoken, sound] = await Promise.all([hasEnded(voice), all(narrow.stdout), hasEnded(narrow)]);
  return spoken && sound.length > 0 ? ok(sound) : failed('no voice: espeak-ng or ffmpeg is missing, or took too long');
};

const hasEnded = (child: ReturnType<typeof spawn>): Promise<boolean> =>
  new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });

async function all(stream: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > SOUND_MAX_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, SOUND_MAX_BYTES);
}
