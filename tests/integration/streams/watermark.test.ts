import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { run } from '../../../streams/ffmpeg.ts';
import { burnIn, inLines } from '../../../streams/watermark.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const exec = promisify(execFile);
const [WIDTH, HEIGHT] = [320, 180];
const SOURCE = ['-f', 'lavfi', '-i', `color=gray:size=${WIDTH}x${HEIGHT}:rate=10:duration=1`];
const bytesOf = async (...args: string[]): Promise<Buffer> =>
  (await exec('ffmpeg', ['-v', 'error', ...args, '-'], { encoding: 'buffer', maxBuffer: 64 << 20 })).stdout;

let jpeg: Buffer;
beforeAll(async () => {
  jpeg = await bytesOf(...SOURCE, '-frames:v', '1', '-f', 'mjpeg');
});

/** Burnt into a grey picture, as its luma; throws what went wrong. */
async function marked(words: string): Promise<Buffer> {
  const copy = await burnIn({ kind: 'image/jpeg', words, content: async () => jpeg });
  if (!copy.ok) throw new Error(copy.error.text);
  const args = ['-pix_fmt', 'gray'];
  const luma = await run({ input: copy.value, inputFormat: 'mjpeg', output: 'rawvideo', args, timeoutMs: 20_000 });
  return luma.ok ? luma.value : Buffer.alloc(0);
}

/** How far the pixels between these heights are from grey, on average. */
function awayFromGrey(luma: Buffer, from: number, to: number): number {
  const part = luma.subarray(Math.round(from * HEIGHT) * WIDTH, Math.round(to * HEIGHT) * WIDTH);
  return part.reduce((sum, value) => sum + Math.abs(value - (luma[0] ?? 0)), 0) / part.length;
}

describe('a copy with words in its pictures', () => {
  it('has them below and across the middle, and is the picture elsewhere', async () => {
    const luma = await marked('seat-a · 2026-11-25 13:40:12\n移交铁路公安');
    expect(luma.length).toBe(WIDTH * HEIGHT);
    expect(awayFromGrey(luma, 0, 0.35)).toBeLessThan(1);
    expect(awayFromGrey(luma, 0.4, 0.55)).toBeGreaterThan(1);
    expect(awayFromGrey(luma, 0.85, 0.97)).toBeGreaterThan(5);
  });

  it('shows every character as it was typed, whatever it means to ffmpeg', async () => {
    const plain = await marked('ab');
    for (const char of '\':\\[],;%={}@"')
      expect([char, (await marked(`a${char}b`)).equals(plain)]).toEqual([char, false]);
    await marked("x':enable=0,crop=1:1[out];\\'%{pts}$(id)");
  });

  it('breaks what is longer than the picture is wide, and shows no control characters', () => {
    expect(inLines(`${'字'.repeat(40)}\nab`).split('\n')).toEqual(['字'.repeat(36), '字'.repeat(4), 'ab']);
    expect(inLines('a\u0000\u202eb')).toBe('a  b');
  });

  it('is a clip of as many pictures in H.264, from H.265 as well', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const [from, to] = [join(folder, 'from.mp4'), join(folder, 'to.mp4')];
    const encoder = ['-c:v', 'libx265', '-x265-params', 'log-level=error', '-tag:v', 'hvc1', '-movflags', 'faststart'];
    await exec('ffmpeg', ['-v', 'error', ...SOURCE, ...encoder, from]);
    const copy = await burnIn({ kind: 'video/mp4', words: '培训', content: () => readFile(from) });
    if (!copy.ok) throw new Error(copy.error.text);
    await writeFile(to, copy.value);
    const asked = ['-count_frames', '-show_entries', 'stream=codec_name,nb_read_frames', '-of', 'csv=p=0'];
    expect((await exec('ffprobe', ['-v', 'error', ...asked, to])).stdout.trim()).toBe('h264,10');
  });

  it('is refused beyond four at a time, before its file is read', async () => {
    const asked = vi.fn(async () => jpeg);
    const { promise: held, resolve: letGo } = Promise.withResolvers<Buffer>();
    const waiting = Array.from({ length: 4 }, () => burnIn({ kind: 'image/jpeg', words: 'a', content: () => held }));
    const fifth = await burnIn({ kind: 'image/jpeg', words: 'a', content: asked });
    expect(fifth).toMatchObject({ ok: false, error: { reason: 'busy' } });
    expect(asked).not.toHaveBeenCalled();
    letGo(Buffer.from('no picture'));
    const ended = await Promise.all(waiting);
    expect(ended).toMatchObject(ended.map(() => ({ ok: false, error: { reason: 'failed' } })));
    expect((await burnIn({ kind: 'image/jpeg', words: 'a', content: asked })).ok).toBe(true);
  });
});
