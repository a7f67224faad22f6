import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { buildConsole } from '../parts/console-build.ts';
import { type ConsoleSite, DUTY, openConsoleSite, PATROL } from '../parts/console-site.ts';

beforeAll(() => buildConsole(join(import.meta.dirname, '../../console/dist')));

const rowOf = (page: Page, type: string) => page.locator(`[data-testid=alarm-row][data-type="${type}"]`).first();
const stateOf = (page: Page) => page.getByTestId('alarm-detail').getAttribute('data-state');
const soon = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 50 });

async function open(doors?: number): Promise<{ site: ConsoleSite; browser: Browser; url: string }> {
  const site = await openConsoleSite(onTestFinished, doors);
  const browser = await startBrowser(onTestFinished);
  return { site, browser, url: site.gateway.url };
}

it('shows railway, community and camera alarms with a moving picture, and one screen’s acceptance on another', async () => {
  const { site, browser, url } = await open();
  const { page, complaints, strangers } = await takeSeat(browser, url, DUTY);
  await soon(() => expect(site.camera.subscriptions()).toBeGreaterThan(0), 30_000);
  await site.event('fence-k812', 'railway.perimeter.intrusion');
  await site.event('door-1', 'community.door.forced');
  site.camera.raise('RuleEngine/LineDetector/Crossed', { data: { ObjectId: 7 } });
  for (const type of ['railway.perimeter.intrusion', 'community.door.forced', 'camera.line.crossed']) {
    await showNew(page);
    await rowOf(page, type).waitFor();
  }

  await rowOf(page, 'railway.perimeter.intrusion').click();
  const video = page.locator('[data-testid=live-video][data-picture=playing]');
  await video.waitFor({ timeout: 30_000 });
  const first = await video.screenshot();
  await soon(async () => expect((await video.screenshot()).equals(first)).toBe(false));

  const other = await takeSeat(browser, url, DUTY);
  await other.page.goto(page.url());
  await soon(async () => expect(await stateOf(other.page)).toBe('new'));
  await page.keyboard.press('a');
  await soon(async () => expect(await stateOf(page)).toBe('acknowledged'));
  await soon(async () => expect(await stateOf(other.page)).toBe('acknowledged'), 1_500);
  expect([complaints, strangers, other.complaints]).toEqual([[], [], []]);
});

/** What came while the list was being read waits behind the pill. */
async function showNew(page: Page): Promise<void> {
  const pill = page.getByTestId('new-pill');
  if ((await pill.count()) > 0) await pill.click();
}

it('keeps rows where they are while alarms come in, and gives red its own place', async () => {
  const { site, browser, url } = await open(40);
  const { page } = await takeSeat(browser, url, DUTY);
  for (let door = 1; door <= 30; door++) await site.event(`door-${door}`, 'community.door.held');
  await soon(async () => expect(await page.getByTestId('count-new').textContent()).toBe('30'));
  await showNew(page);
  await rowOf(page, 'community.door.held').waitFor();
  const scroll = page.getByTestId('alarm-scroll');
  await scroll.hover();
  await page.mouse.wheel(0, 900);
  const read = scroll.locator('[data-testid=alarm-row]').nth(10);
  await soon(async () => expect((await read.boundingBox())?.y).toBeLessThan(600));
  const [row, place] = [await read.getAttribute('data-alarm-id'), await read.boundingBox()];

  for (let door = 31; door <= 40; door++) await site.event(`door-${door}`, 'community.door.forced');
  await soon(async () => expect(await page.getByTestId('new-pill').textContent()).toContain('10'));
  expect(await page.locator(`[data-alarm-id="${row}"]`).boundingBox()).toEqual(place);
  await site.event('door-1', 'community.door.duress');
  await page.getByTestId('pinned-band').locator('[data-type="community.door.duress"]').waitFor();
  expect(await page.getByTestId('count-new').textContent()).toBe('41');
});

it('says that the feed is lost and since when, and catches up once it is back', async () => {
  const { site, browser, url } = await open();
  const { page } = await takeSeat(browser, url, DUTY);
  await site.event('door-1', 'community.door.forced');
  await rowOf(page, 'community.door.forced').waitFor();
  await rowOf(page, 'community.door.forced').click();
  await site.cutPower();
  await soon(async () => expect(await page.getByTestId('connection-chip').textContent()).toMatch(/连接不稳 \d+ 秒/));
  await soon(async () => expect(await page.getByTestId('connection-banner').textContent()).toMatch(/00:1\d/), 20_000);
  await site.comeBack();
  await site.event('door-2', 'community.door.forced');
  await page.getByTestId('connection-banner').waitFor({ state: 'detached', timeout: 20_000 });
  await soon(async () => expect(await page.getByTestId('count-new').textContent()).toBe('2'));
  expect(await stateOf(page)).toBe('new');
});

it('takes an alarm through on the phone, and says when a tap did not arrive', async () => {
  const { site, browser, url } = await open();
  await site.event('fence-k812', 'railway.perimeter.intrusion');
  const phone = await takeSeat(browser, url, PATROL, { viewport: { width: 390, height: 844 } });
  const { page } = phone;
  await page.locator('[data-tab=all]').click();
  await page.getByTestId('patrol-card').click();
  const button = page.getByTestId('patrol-action');
  await page.route('**/acknowledge', (route) => route.abort());
  await button.click();
  await page.getByTestId('patrol-not-arrived').waitFor();
  await page.unroute('**/acknowledge');
  await page.getByTestId('patrol-retry').click();
  for (const stage of ['setOut', 'arrive', 'resolve']) {
    await page.locator(`[data-testid=patrol-action][data-stage=${stage}]`).click();
  }
  await page.locator('[data-testid=patrol-alarm][data-state=resolved]').waitFor();
  expect(phone.complaints).toEqual([]);
});

it('shows on the wall what the desk put there, at once and after a reload', async () => {
  const { browser, url } = await open();
  const desk = await takeSeat(browser, url, DUTY);
  const wall = await takeSeat(browser, url, DUTY);
  await wall.page.goto(`${url}/wall/1`);
  await desk.page.goto(`${url}/wall`);
  await desk.page.locator('[data-camera=camera-k812][data-testid=camera-item]').click();
  await desk.page.keyboard.press('2');
  const second = wall.page.getByTestId('wall-tile').nth(1);
  await soon(async () => expect(await second.getAttribute('data-camera')).toBe('camera-k812'), 2_000);
  await desk.page.locator('[data-layout="9"]').click();
  await soon(async () => expect(await wall.page.getByTestId('wall-tile').count()).toBe(9), 2_000);
  await wall.page.reload();
  await soon(async () => expect(await second.getAttribute('data-camera')).toBe('camera-k812'));
  await wall.page.locator('[data-picture=playing]').waitFor({ timeout: 30_000 });
});

it('has no violation of WCAG 2.2 AA that axe can find, on any screen', async () => {
  const { site, browser, url } = await open();
  await site.event('fence-k812', 'railway.perimeter.intrusion');
  await site.event('door-1', 'community.door.duress');
  const { page, complaints } = await takeSeat(browser, url, DUTY);
  await rowOf(page, 'railway.perimeter.intrusion').click();
  await page.getByTestId('alarm-detail').waitFor();
  const alarm = new URL(page.url()).pathname;
  const id = alarm.split('/').pop() ?? '';
  for (const path of [alarm, '/wall', '/wall/1', '/devices', '/patrol', `/patrol/${id}`]) {
    await page.goto(url + path);
    await page.locator('main, [data-testid=alarm-detail]').first().waitFor();
    expect([path, ...(await violations(page))]).toEqual([path]);
  }
  expect(complaints).toEqual([]);
});
