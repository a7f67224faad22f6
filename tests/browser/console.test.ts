import type { Browser, Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { type ConsoleSite, DUTY, openConsoleSite, PATROL } from '../parts/console-site.ts';

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
  await steer(page, site);
  expect([complaints, strangers, other.complaints]).toEqual([[], [], []]);
});

/** By a held key, then by a box that is drawn over the live picture; in the end the camera is given back. */
async function steer(page: Page, { camera }: ConsoleSite): Promise<void> {
  await page.getByTestId('ptz-pad').locator('button').first().focus();
  await page.keyboard.down('ArrowRight');
  await soon(() => expect(camera.ptzPosition().pan).toBeGreaterThan(0));
  await page.keyboard.up('ArrowRight');
  await soon(async () =>
    expect(await page.getByTestId('ptz-holder').textContent()).toMatch(/你正在控制，\d+ 秒后释放/),
  );
  const stopped = camera.ptzPosition();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('ptz-zoom-to').click();
  const place = await page.getByTestId('zoom-area').boundingBox();
  if (place === null) throw new Error('there is nothing to draw on');
  const { x, y, width, height } = place;
  await page.mouse.move(x + width * 0.6, y + height * 0.3);
  await page.mouse.down();
  await page.mouse.move(x + width * 0.85, y + height * 0.55, { steps: 4 });
  await page.mouse.up();
  await soon(() => expect(camera.ptzPosition().zoom).toBeGreaterThan(0.15)); // four times as large is 3 of 19 steps
  expect([camera.ptzPosition().pan > stopped.pan, camera.ptzPosition().tilt > stopped.tilt]).toEqual([true, true]);
  await page.getByTestId('ptz-release').click();
  await page.getByTestId('ptz-holder').waitFor({ state: 'detached' });
}

/** What came while the list was being read waits behind the pill. */
async function showNew(page: Page): Promise<void> {
  const pill = page.getByTestId('new-pill');
  if ((await pill.count()) > 0) await pill.click();
}

it('begins, from the bare address, where a person’s role begins: at the first sign-in and with a session that is kept', async () => {
  const { browser, url } = await open();
  for (const [person, home] of [
    [DUTY, '/alarms'],
    [PATROL, '/patrol'],
  ] as const) {
    const page = await (await browser.newContext()).newPage();
    await page.goto(url);
    await page.getByTestId('login-username').fill(person.username);
    await page.getByTestId('login-password').fill(person.password);
    await page.getByTestId('login-submit').click();
    await page.waitForURL(`${url}${home}`);
    await page.goto(url);
    await page.waitForURL(`${url}${home}`);
    await page.goto(`${url}/nothing/here`);
    await page.waitForURL(`${url}${home}`);
  }
});

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

it('opens a page whose parts have other names by now, and stays where it is while the network is away', async () => {
  const { browser, url } = await open();
  const { page } = await takeSeat(browser, url, DUTY);
  const link = (address: string) => page.locator(`nav a[href="${address}"]`);
  await link('/devices').waitFor();
  let isOld = true; // until the whole page is loaded again
  page.on('request', (request) => {
    if (request.isNavigationRequest()) isOld = false;
  });
  await page.route('**/assets/DevicesView-*.js', (route) =>
    isOld ? route.fulfill({ status: 404 }) : route.continue(),
  );
  await link('/devices').click();
  await page.waitForURL('**/devices');

  await page.getByText('door-1', { exact: true }).waitFor();

  await page.context().setOffline(true);
  await link('/arming').click();
  await soon(async () => expect(await page.getByTestId('missing-part').textContent()).toContain('网络不通'));
  expect(new URL(page.url()).pathname).toBe('/devices');
  expect(await page.getByText('door-1', { exact: true }).count()).toBe(1);
  await page.context().setOffline(false);
  await page.getByTestId('missing-part').locator('button').click();
  await page.getByText('door-1', { exact: true }).waitFor();
  await link('/arming').click();
  await page.waitForURL('**/arming');
  expect(await page.getByTestId('missing-part').count()).toBe(0);
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
