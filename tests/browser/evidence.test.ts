import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY } from '../parts/console-site.ts';
import { codesOnPage } from '../parts/frame-codes.ts';
import { type RunningGateway, startGateway } from '../parts/gateway.ts';
import { temporaryFolder } from '../parts/temporary-folder.ts';
import { secret } from '../parts/told.ts';
import { openWallSite } from '../parts/wall-site.ts';

const RING = { FENGSUI_EVIDENCE_CLIP_BEFORE_S: '2', FENGSUI_EVIDENCE_CLIP_AFTER_S: '1' };
const soon = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 50 });
const CLIP = '[data-testid=clip-player] video';
const videoAt = async (page: Page): Promise<number> =>
  Number(await page.evaluate(`document.querySelector(${JSON.stringify(CLIP)}).currentTime`));

/** The numbers that the camera drew into its pictures, one after each press of the key. */
async function codesAlong(page: Page, key: string, times: number): Promise<number[]> {
  const codes: number[] = [];
  for (let pressed = 0; pressed < times; pressed++) {
    const [before] = await codesOnPage(page, CLIP);
    await page.keyboard.press(key);
    await soon(async () => {
      const [code] = await codesOnPage(page, CLIP);
      expect(code).not.toBe(before);
      codes[pressed] = code ?? -1;
    });
  }
  return codes;
}

/** An alarm with a clip from before it, open on a seat's desk. */
async function openClip() {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished), env: RING }, onTestFinished);
  const site = await openWallSite(onTestFinished, gateway, 2);
  await soon(() => expect(site.cameras[0]?.viewers()).toBeGreaterThan(0), 20_000);
  const since = Date.now();
  await soon(() => expect(Date.now() - since).toBeGreaterThan(3_500));
  const seat = await takeSeat(await startBrowser(onTestFinished), gateway.url, DUTY);
  await site.intrusion(0);
  await seat.page.getByTestId('alarm-row').first().click();
  await seat.page.getByTestId('clip-player').waitFor({ timeout: 20_000 });
  await soon(async () => expect(await seat.page.getByTestId('clip-seek').isEnabled()).toBe(true));
  return { gateway, ...seat };
}

it('plays an alarm’s clip, marks its moment, steps picture by picture and seeks', async () => {
  const { page, complaints, strangers } = await openClip();
  await page.getByTestId('clip-moment').click();
  await soon(async () => expect(await videoAt(page)).toBeGreaterThan(1.5));
  expect(await page.getByTestId('clip-seek').getAttribute('aria-valuetext')).toMatch(/(前|后) 0\.0 秒/);
  const moment = await videoAt(page);
  await page.keyboard.press('.');
  await soon(async () => expect(await videoAt(page)).toBeGreaterThan(moment));
  await page.keyboard.press(',');
  await page.keyboard.press(',');
  await soon(async () => expect(await videoAt(page)).toBeLessThan(moment));
  // each picture once, none left out: a machine that is busy may show one too late, but not each time
  await soon(async () => {
    const on = await codesAlong(page, '.', 6);
    const back = await codesAlong(page, ',', 5);
    expect(back).toEqual(on.slice(0, 5).reverse());
    expect(on).toEqual([...new Set(on)].sort((a, b) => a - b));
  }, 20_000);
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('clip-speed').selectOption('4');
  await page.getByTestId('clip-seek').fill('0');
  await page.keyboard.press('Space'); // the seek bar has the focus
  await soon(async () => expect(await videoAt(page)).toBeGreaterThan(2), 3_000);
  expect([complaints, strangers]).toEqual([[], []]);
});

it('gives the clip out for a purpose only: a marked copy, or the very bytes that the hash stands for', async () => {
  const { page, gateway } = await openClip();
  const hash = await page.getByTestId('evidence-hash').textContent();
  const takeOut = async (form: string, purpose: string): Promise<string> => {
    await page.getByTestId('evidence-download').click();
    expect(await page.getByTestId('download-go').isDisabled()).toBe(true);
    await page.getByTestId('download-purpose').fill(purpose);
    await page.getByTestId(`download-${form}`).check();
    expect(await violations(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download', { timeout: 60_000 }),
      page.getByTestId('download-go').click(),
    ]);
    return download.path();
  };
  const original = await takeOut('original', '移交铁路公安');
  expect(
    createHash('sha256')
      .update(await readFile(original))
      .digest('hex'),
  ).toBe(hash);
  const marked = await takeOut('marked', "案情会商: 第[1]次，含'引号'");
  const { stdout } = await promisify(execFile)('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'stream=codec_name',
    '-of',
    'csv=p=0',
    marked,
  ]);
  expect(stdout.trim()).toBe('h264');

  await page.getByTestId('evidence-lock').click();
  await page.getByTestId('lock-reason').fill('已立案');
  await page.getByTestId('lock-go').click();
  await page.getByTestId('evidence-locked').waitFor();
  expect(await auditOf(gateway)).toEqual([
    expect.stringMatching(/\.mp4 \(watermark\): 案情会商/),
    expect.stringMatching(/\.mp4: 移交铁路公安$/),
  ]);
});

/** The downloads in the trail, the latest first, as the auditor reads them. */
async function auditOf(gateway: RunningGateway): Promise<string[]> {
  const auditor = { username: 'auditor-1', password: secret('an auditor password') };
  await gateway.call('POST', '/api/v1/users', { ...auditor, role: 'auditor', regions: ['360900000000'] });
  const session = await fetch(`${gateway.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(auditor),
  });
  const { token } = (await session.json()) as { token: string };
  const trail = await fetch(`${gateway.url}/api/v1/audit`, { headers: { authorization: `Bearer ${token}` } });
  const { items } = (await trail.json()) as { items: { act: string; object: string }[] };
  return items.filter(({ act }) => act === 'evidence.download').map(({ object }) => object);
}
