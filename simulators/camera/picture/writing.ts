import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writing } from './banner.ts';
import { runFfmpeg } from './ffmpeg.ts';
import { canSpell } from './font.ts';
import { keptFile } from './kept.ts';

/** Fonts that hold Chinese, where Debian, Alpine and Fedora put them. */
const FONTS = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/google-noto-sans-cjk-fonts/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc',
];
/**
 * The name as one line of a banner. Names in the banner's own letters need no font; others are drawn by ffmpeg, and
 * where the machine has no font for them `id` stands in.
 */
export async function drawName(name: string, id: string, scale: number, cacheDir: string): Promise<Writing | string> {
  if (canSpell(name)) return name;
  const font = FONTS.find((file) => existsSync(file));
  if (font === undefined) return id;
  const size = { width: 400 * scale, height: 16 * scale };
  const luma = await keptFile(cacheDir, [name, font, String(scale)], () => draw(name, font, size, cacheDir));
  return { width: size.width, luma };
}

async function draw(
  name: string,
  font: string,
  { width, height }: Readonly<{ width: number; height: number }>,
  cacheDir: string,
): Promise<Buffer> {
  await mkdir(cacheDir, { recursive: true });
  const file = join(cacheDir, `${randomUUID()}.part`); // a file, since a name may hold what a filter graph would read
  await writeFile(file, name);
  const text = `drawtext=fontfile=${font}:textfile=${file}:expansion=none:fontcolor=white`;
  const graph = `color=black:s=${width}x${height},format=gray,${text}:fontsize=${height - 2}:x=${height / 4}:y=(h-th)/2`;
  try {
    return await runFfmpeg([
      '-f',
      'lavfi',
      '-i',
      graph,
      '-frames:v',
      '1',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      'pipe:1',
    ]);
  } finally {
    await rm(file);
  }
}
