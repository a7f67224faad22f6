import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { takeSeat } from '../tests/parts/browser.ts';
import { DUTY } from '../tests/parts/console-site.ts';
import { behindMs, codeIn, READ_ROW } from '../tests/parts/frame-codes.ts';

const Sample = z.object({
  at: z.number(),
  row: z.object({ width: z.number(), height: z.number(), luma: z.array(z.number()) }),
});
const Glass = z.object({
  frames: z.array(z.number()),
  firstMs: z.number(),
  seconds: z.number(),
  samples: z.array(Sample),
});

/** What a wall's screen shows: pictures a second and tile, and how far behind the camera, by the code in the picture. */
export type Seen = Readonly<{
  framesPerSecond: number;
  p50Ms: number;
  p95Ms: number;
  /** From asking for the page's first picture to it, the median of the tiles. */
  firstMs: number;
}>;

/** A wall on a screen of its own. `missing` names what this browser is to lack. */
export async function openWallPage(browser: Browser, url: string, tiles: number, missing?: string): Promise<Page> {
  const { page } = await takeSeat(browser, url, DUTY);
  if (missing !== undefined) await page.addInitScript((name) => Reflect.deleteProperty(globalThis, name), missing);
  await page.addInitScript(FIRST_PICTURES);
  await page.goto(`${url}/wall/1`);
  for (const deadline = Date.now() + 60_000; (await page.locator('[data-picture=playing]').count()) < tiles; ) {
    if (Date.now() > deadline) throw new Error(`not all of ${tiles} pictures came within a minute`);
    await page.waitForTimeout(100);
  }
  return page;
}

/** Notes for each `<video>` when it came into the page and when its first picture was shown. */
const FIRST_PICTURES = `
  globalThis.firstPictures = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) {
      const videos = node.querySelectorAll ? node.querySelectorAll('video') : [];
      for (const video of videos) {
        const from = performance.now();
        video.requestVideoFrameCallback(() => firstPictures.push(performance.now() - from));
      }
    }
  }).observe(document, { childList: true, subtree: true });`;

/** Looks at every tenth picture of each tile for so long, as it comes onto the screen. */
export async function lookAt(page: Page, seconds: number): Promise<Seen> {
  const seen = Glass.parse(await page.evaluate(`(${LOOK})(${seconds * 1000}, ${READ_ROW})`));
  const behind = seen.samples.flatMap(({ at, row }) => {
    const code = codeIn(row);
    return code === undefined ? [] : [behindMs(code, at)];
  });
  const frames = seen.frames.reduce((sum, count) => sum + count, 0) / seen.frames.length;
  const [p50Ms, p95Ms] = [percentile(behind, 0.5), percentile(behind, 0.95)];
  return { framesPerSecond: frames / seen.seconds, p50Ms, p95Ms, firstMs: seen.firstMs };
}

const LOOK = `async (ms, readRow) => {
  const videos = [...document.querySelectorAll('[data-testid=live-video]')];
  const frames = videos.map(() => 0);
  const samples = [];
  let isOver = false;
  videos.forEach((video, tile) => {
    let seen = tile;
    const next = () => {
      if (isOver) return;
      frames[tile] += 1;
      if (++seen % 10 === 0) samples.push({ at: Date.now(), row: readRow(video) });
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  });
  const from = performance.now();
  await new Promise((resolve) => setTimeout(resolve, ms));
  isOver = true;
  const first = [...firstPictures].sort((a, b) => a - b);
  return { frames, samples, seconds: (performance.now() - from) / 1000, firstMs: first[first.length >> 1] ?? NaN };
}`;

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
