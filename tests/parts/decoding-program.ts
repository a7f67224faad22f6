import { argv, stdout } from 'node:process';
import { run } from '../../streams/ffmpeg.ts';

/* Decodes the pictures of a file over and over, as the video plane would for a long job, until somebody ends it. */
const { readFile } = await import('node:fs/promises');
const once = await readFile(argv[2] ?? '');
const input = Buffer.concat(Array.from({ length: 40 }, () => once));
stdout.write('started\n');
await run({
  input,
  inputFormat: 'h264',
  args: ['-vf', 'scale=1920:1080,gblur=30'],
  output: 'mjpeg',
  timeoutMs: 60_000,
});
