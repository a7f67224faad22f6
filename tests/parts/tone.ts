import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Samples a second of all sound here. */
export const RATE = 8000;

/** `seconds` of a tone, samples of 16 bits. */
export function tone(hertz: number, seconds: number): Buffer {
  const pcm = Buffer.alloc(RATE * seconds * 2);
  for (let at = 0; at < RATE * seconds; at += 1)
    pcm.writeInt16LE(Math.round(10_000 * Math.sin((2 * Math.PI * hertz * at) / RATE)), at * 2);
  return pcm;
}

/** How much of the sound is at this frequency, from 0 to 1. Source: Goertzel's algorithm. */
export function shareOf(pcm: Buffer, hertz: number): number {
  let [re, im, all] = [0, 0, 0];
  const samples = pcm.length / 2;
  for (let at = 0; at < samples; at += 1) {
    const sample = pcm.readInt16LE(at * 2);
    const angle = (2 * Math.PI * hertz * at) / RATE;
    re += sample * Math.cos(angle);
    im += sample * Math.sin(angle);
    all += sample * sample;
  }
  return all === 0 ? 0 : (2 * (re * re + im * im)) / (samples * all);
}

/** What is heard at an address or in a file, by ffmpeg: 8,000 samples a second of 16 bits. Throws where there is no sound. */
export async function soundIn(input: string, seconds = 60): Promise<Buffer> {
  const args = [
    '-nostdin',
    '-v',
    'error',
    '-i',
    input,
    '-t',
    String(seconds),
    '-vn',
    '-ac',
    '1',
    '-ar',
    String(RATE),
    '-f',
    's16le',
    '-',
  ];
  const run = promisify(execFile)('ffmpeg', args, { encoding: 'buffer', maxBuffer: 64 * 1024 * 1024 });
  return (await run).stdout;
}

/** Samples as a WAV file. Source: Microsoft's Multimedia Programming Interface 1.0, RIFF WAVE. */
export function wavOf(pcm: Buffer): Buffer {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + pcm.length, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(2 * RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([head, pcm]);
}
