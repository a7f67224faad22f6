import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { bannerRows, loadLoop } from '../../../simulators/camera/picture/loops.ts';
import { LOOP_FRAMES, SCENES } from '../../../simulators/camera/picture/scenes.ts';
import { type Caption, PictureStream } from '../../../simulators/camera/picture/stream.ts';

const run = promisify(execFile);
const START_CODE = Buffer.from([0, 0, 0, 1]);
const SIZE = { width: 640, height: 360, kbits: 500 };

/** A hash of every decoded picture, cut by `crop`; `words` is what the decoder complained about. */
async function decode(file: string, crop: string): Promise<{ hashes: readonly string[]; words: string }> {
  const args = ['-v', 'warning', '-f', 'h264', '-i', file, '-vf', crop, '-f', 'framemd5', '-'];
  const { stdout, stderr } = await run('ffmpeg', args, { maxBuffer: 16 * 1024 * 1024 });
  const rows = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { hashes: rows.map((row) => row.split(',').at(-1)?.trim() ?? ''), words: stderr };
}

const captionOf = (frame: number): Caption => ({
  clock: new Date(frame * 40).toISOString().slice(0, 19).replace('T', ' '),
  position: `P+${String(frame % 180).padStart(3, '0')}.0`,
});

it.each(SCENES)(
  'leaves the scene $name under its banner bit for bit as it was encoded, loop after loop',
  async (scene) => {
    const folder = await mkdtemp(join(tmpdir(), 'fengsui-picture-'));
    try {
      const stream = new PictureStream(await loadLoop(scene, SIZE, folder));
      const encoded = join(folder, (await readdir(folder))[0] ?? '');
      const frames = Array.from({ length: 2 * LOOP_FRAMES + 60 }, (_, i) => 5000 + i);
      const nals = frames.flatMap((frame) => stream.picture(frame, captionOf(frame)).nals);
      const composed = join(folder, 'composed.h264');
      await writeFile(composed, Buffer.concat(nals.flatMap((nal) => [START_CODE, nal])));
      const top = bannerRows(SIZE.width) * 16;
      const [alone, under] = [
        await decode(encoded, 'null'),
        await decode(composed, `crop=${SIZE.width}:${SIZE.height - top}:0:${top}`),
      ];
      expect(under.words).toBe('');
      expect(under.hashes).toEqual(frames.map((_, i) => alone.hashes[i % LOOP_FRAMES]));
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

it('lets two callers make the same scene at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-picture-'));
  try {
    const [scene] = SCENES;
    if (scene === undefined) throw new Error('there is no scene');
    // two spellings of one folder, as two processes would come: neither knows of the other
    const loops = await Promise.all([folder, `${folder}/`].map((cacheDir) => loadLoop(scene, SIZE, cacheDir)));
    expect(loops.map(({ frames }) => frames.length)).toEqual([LOOP_FRAMES, LOOP_FRAMES]);
    expect(await readdir(folder)).toHaveLength(1);
  } finally {
    await rm(folder, { recursive: true });
  }
});
