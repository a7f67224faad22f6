import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { treeOf } from '../../bench/process-load.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY } from '../parts/console-site.ts';
import { codesOnPage } from '../parts/frame-codes.ts';
import { freeUdpRange } from '../parts/free-range.ts';
import { startGateway } from '../parts/gateway.ts';
import { temporaryFolder } from '../parts/temporary-folder.ts';
import { openWallSite, type WallSite } from '../parts/wall-site.ts';

const soon = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 50 });
const tileOf = (page: Page, at: number) => page.getByTestId('wall-tile').nth(at);
const playing = (page: Page) => page.locator('[data-testid=wall-tile] [data-picture=playing]').count();
const wordsOf = (page: Page, at: number) => tileOf(page, at).locator('figcaption').textContent();

const CAMERAS = 16;
let site: WallSite;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  const onFinished = (end: () => Promise<void>): void => void ends.push(end);
  const env = { FENGSUI_WEBRTC_PORTS: await freeUdpRange(), FENGSUI_WEBRTC_ADDRESSES: '127.0.0.1' };
  const gateway = await startGateway({ dataDir: await temporaryFolder(onFinished), env }, onFinished);
  site = await openWallSite(onFinished, gateway, CAMERAS);
});
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});
const cameras = (count: number): string[] => site.cameras.slice(0, count).map(({ id }) => id);

/** The video plane's process under a gateway's. */
function planeOf(gateway: number): number {
  const plane = treeOf(gateway).find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('streams/main.ts'));
  if (plane === undefined) throw new Error('there is no video plane');
  return plane;
}

/** Every picture's code has moved on since `before`. */
async function allMove(page: Page, count: number, except: number[] = []): Promise<void> {
  const before = await codesOnPage(page);
  await soon(async () => {
    const now = await codesOnPage(page);
    const still = before.flatMap((code, at) => (now[at] === undefined || now[at] === code ? [at] : []));
    expect(still.filter((at) => !except.includes(at))).toEqual([]);
    expect(now.length).toBe(count);
  });
}

it('moves in 16 tiles, says of the one whose camera died since when, and shows an alarm within two seconds', async () => {
  await site.lay(16, cameras(16));
  const { page, complaints } = await takeSeat(await startBrowser(onTestFinished), site.gateway.url, DUTY);
  await page.goto(`${site.gateway.url}/wall/1`);
  await soon(async () => expect(await playing(page)).toBe(16), 20_000);
  expect(await page.locator('[data-way=wall]').count()).toBe(16);
  await allMove(page, 16);

  await site.die(5);
  await soon(async () => expect(await wordsOf(page, 5)).toMatch(/画面停在 \d\d:\d\d:\d\d，已/), 5_000);
  expect(await playing(page)).toBe(15);
  await allMove(page, 16, [5]);
  await site.revive(5);

  const raisedAt = Date.now();
  await site.intrusion(2);
  const corner = page.getByTestId('wall-corner');
  await soon(
    async () => expect((await codesOnPage(page, '[data-testid=wall-corner] video'))[0]).toBeTypeOf('number'),
    4_000,
  );
  process.stdout.write(`alarm to its picture on the wall: ${Date.now() - raisedAt} ms\n`);
  expect(Date.now() - raisedAt).toBeLessThan(2_000);
  expect(await corner.getByTestId('wall-alarm-strip').textContent()).toMatch(/橙 Ⅱ 周界入侵/);
  await soon(async () => expect(await wordsOf(page, 5)).toBe('实况'), 20_000);
  expect(complaints).toEqual([]);
});

it('goes by WS-FLV where the browser cannot decode by itself, and onto a canvas where it has no track for pictures; both resume when the plane was killed', async () => {
  await site.lay(4, cameras(2), { popUps: { severity: 0, place: 'corner' } });
  const browser = await startBrowser(onTestFinished);
  const wallWithout = async (missing: string): Promise<Page> => {
    const { page } = await takeSeat(browser, site.gateway.url, DUTY);
    await page.addInitScript((name) => Reflect.deleteProperty(globalThis, name), missing);
    await page.goto(`${site.gateway.url}/wall/1`);
    await soon(async () => expect(await playing(page)).toBe(2), 20_000);
    return page;
  };
  const old = await wallWithout('VideoDecoder');
  expect(await old.locator('[data-way=ws-flv]').count()).toBe(2);
  await allMove(old, 2);
  await soon(async () =>
    expect(Number(await old.locator('video').first().getAttribute('data-behind'))).toBeGreaterThan(0),
  );
  const other = await wallWithout('MediaStreamTrackGenerator');
  expect(await other.locator('canvas.drawn').count()).toBe(2);

  process.kill(planeOf(site.gateway.pid), 'SIGKILL');
  await soon(async () => expect(await playing(other)).toBe(0));
  await soon(async () => expect([await playing(old), await playing(other)]).toEqual([2, 2]), 20_000);
});

it('goes by WebRTC for who said that the network is poor', async () => {
  await site.lay(4, cameras(4));
  const { page, complaints } = await takeSeat(await startBrowser(onTestFinished), site.gateway.url, DUTY);
  await page.evaluate(() => localStorage.setItem('fengsui.poor-network', 'yes'));
  await page.goto(`${site.gateway.url}/wall/1`);
  await soon(async () => expect(await page.locator('[data-way=webrtc][data-picture=playing]').count()).toBe(4), 20_000);
  await allMove(page, 4);
  expect(complaints).toEqual([]);
});

it('takes turns in the empty tiles, and what the desk takes down does not come back', async () => {
  const rotation = { isOn: true, cameras: ['wall-1', 'wall-2', 'wall-3'], everyS: 10 };
  await site.lay(4, ['wall-0', null, null, null], { rotation, popUps: { severity: 1, place: 'corner' } });
  const browser = await startBrowser(onTestFinished);
  const wall = await takeSeat(browser, site.gateway.url, DUTY);
  const desk = await takeSeat(browser, site.gateway.url, DUTY);
  await wall.page.goto(`${site.gateway.url}/wall/1`);
  await soon(async () => expect(await playing(wall.page)).toBe(4), 20_000);
  await site.intrusion(1, 'railway.track.intrusion'); // red
  await wall.page.getByTestId('wall-corner').waitFor({ timeout: 5_000 });
  await desk.page.goto(`${site.gateway.url}/wall`);
  await desk.page.getByTestId('dismiss').click();
  await wall.page.getByTestId('wall-corner').waitFor({ state: 'detached', timeout: 5_000 });
  await soon(async () => expect(await playing(wall.page)).toBe(4), 5_000);
});

it('is laid out from the desk by keys alone, and fills the screen by one', async () => {
  const rotation = { isOn: true, cameras: ['wall-1', 'wall-2'], everyS: 60 };
  await site.lay(4, ['wall-0', 'wall-3', null, null], { rotation });
  const browser = await startBrowser(onTestFinished);
  const { page, complaints } = await takeSeat(browser, site.gateway.url, DUTY);
  await page.goto(`${site.gateway.url}/wall`);
  const shown = async () => [
    await tileOf(page, 0).getAttribute('data-camera'),
    await tileOf(page, 1).getAttribute('data-camera'),
  ];
  await soon(async () => expect(await shown()).toEqual(['wall-0', 'wall-3']));
  const keys = page.keyboard;
  await keys.press('p'); // rotation rests: the empty tiles stay empty
  await soon(async () => expect(await page.locator('[data-testid=wall-tile][data-camera=""]').count()).toBe(2));
  await keys.press('ArrowRight'); // picks the first tile
  await keys.press('Control+ArrowRight');
  await keys.press('Delete');
  await soon(async () => expect(await shown()).toEqual(['wall-0', '']));
  await keys.press('Backspace');
  await soon(async () => expect(await shown()).toEqual(['wall-0', 'wall-3']));
  await keys.press('l');
  await soon(async () => expect(await page.getByTestId('wall-tile').count()).toBe(9));
  await keys.press('Shift+L');
  await soon(async () => expect(await page.getByTestId('wall-tile').count()).toBe(4));
  await page.goto(`${site.gateway.url}/wall/1`);
  await page.getByTestId('wall-tile').first().waitFor();
  await keys.press('f');
  await soon(async () => expect(await page.evaluate('document.fullscreenElement !== null')).toBe(true));
  expect(complaints).toEqual([]);
});
