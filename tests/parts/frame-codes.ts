import type { Page } from 'playwright-core';
import { z } from 'zod';
import { CODE_RANGE, FRAME_MS, readFrameCode } from '../../simulators/camera/picture/frame-code.ts';

const Row = z.object({ width: z.number(), height: z.number(), luma: z.array(z.number()) });

/** Runs in the page: the line of pixels in which a picture's frame code stands. Text, since tests know no DOM. */
export const READ_ROW = `(video) => {
  const { videoWidth: width, videoHeight: height } = video;
  if (!width) return { width: 0, height: 0, luma: [] };
  const canvas = (globalThis.frameCodeCanvas ??= document.createElement('canvas'));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (canvas.width !== width) canvas.width = width;
  canvas.height = 1;
  context.drawImage(video, 0, Math.floor((width * 24) / 640), width, 1, 0, 0, width, 1);
  const { data } = context.getImageData(0, 0, width, 1);
  return { width, height, luma: Array.from({ length: width }, (_, x) => data[x * 4]) };
}`;

/** The frame code in each live picture of the page, in the order of the tiles; undefined where none is to be read. */
export async function codesOnPage(
  page: Page,
  where = '[data-testid=live-video]',
): Promise<readonly (number | undefined)[]> {
  const rows = await page.evaluate(`[...document.querySelectorAll(${JSON.stringify(where)})].map(${READ_ROW})`);
  return z.array(Row).parse(rows).map(codeIn);
}

export const codeIn = ({ width, height, luma }: z.infer<typeof Row>): number | undefined =>
  width === 0 ? undefined : readFrameCode((x) => luma[Math.floor(x)] ?? 0, { width, height });

/** How far behind the camera's clock a frame is that is seen `at`, both on this machine. */
export const behindMs = (code: number, at: number): number => {
  const range = CODE_RANGE * FRAME_MS;
  return (((at - code * FRAME_MS) % range) + range) % range;
};
