import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type FfmpegJob, run, scrub } from '../../../streams/ffmpeg.ts';
import { toAnnexB } from '../../../streams/h264/nal.ts';
import { readJpegSize } from '../../../streams/jpeg.ts';
import { makeH264Loop } from '../../parts/h264-loop.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

let job: FfmpegJob;
beforeAll(async () => {
  const { pictures } = await makeH264Loop(320, 240);
  const input = toAnnexB(pictures[0] ?? []);
  job = { input, inputFormat: 'h264', args: ['-frames:v', '1'], output: 'mjpeg', timeoutMs: 15_000 };
});

describe('ffmpeg', () => {
  it('makes a JPEG of a key frame, many at a time in turn, and refuses past its queue', async () => {
    const results = await Promise.all(Array.from({ length: 36 }, () => run(job)));
    const [made, refused] = [results.filter(({ ok }) => ok), results.filter(({ ok }) => !ok)];
    expect(made).toHaveLength(34); // 2 at once and 32 waiting
    expect(refused).toMatchObject(refused.map(() => ({ error: { reason: 'busy' } })));
    for (const one of made) if (one.ok) expect(readJpegSize(one.value)).toEqual({ width: 320, height: 240 });
  }, 60_000);

  it('says in a line that what it got is no picture', async () => {
    const result = await run({ ...job, input: Buffer.alloc(2000, 1) });
    expect(result).toMatchObject({ ok: false, error: { reason: 'failed' } });
    if (!result.ok) expect(result.error.text).toMatch(/^.{1,200}$/);
  });

  it('ends one that hangs, before it has started or after, and gives its place away', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const real = process.env['PATH'] ?? '';
    onTestFinished(() => {
      process.env['PATH'] = real;
    });
    await writeFile(join(folder, 'ffmpeg'), '#!/bin/sh\nexec sleep 30\n');
    await chmod(join(folder, 'ffmpeg'), 0o755);
    process.env['PATH'] = `${folder}:${real}`;
    const late = await Promise.all(Array.from({ length: 4 }, () => run({ ...job, timeoutMs: 300 })));
    expect(late.every((one) => !one.ok && one.error.reason === 'timeout')).toBe(true);
    const stop = new AbortController();
    const cancelled = run({ ...job, signal: stop.signal });
    stop.abort();
    expect(await cancelled).toMatchObject({ error: { reason: 'cancelled' } });
    process.env['PATH'] = '/nowhere';
    expect(await run(job)).toMatchObject({ error: { reason: 'missing' } });
    process.env['PATH'] = real;
    expect(await run(job)).toMatchObject({ ok: true });
  });

  it('lets no address out with its words', () => {
    expect(scrub('rtsp://admin:pass@10.0.0.1/x: Connection refused\n at http://u:p@h')).toBe(
      '(address) Connection refused at (address)',
    );
  });
});
