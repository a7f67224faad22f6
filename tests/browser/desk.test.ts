import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY, openConsoleSite } from '../parts/console-site.ts';

const soon = (check: () => unknown, timeout = 10_000) => vi.waitFor(check, { timeout, interval: 50 });
const rows = (page: Page) => page.locator('[data-testid=alarm-row]');
const tabCount = (page: Page, tab: string) => page.locator(`[data-tab=${tab}] .count`).textContent();

/** Five doors forced and one red alarm on a desk. */
async function openDesk() {
  const site = await openConsoleSite(onTestFinished, 6);
  for (let door = 1; door <= 5; door++) await site.event(`door-${door}`, 'community.door.forced');
  await site.event('door-6', 'community.door.duress');
  const seat = await takeSeat(await startBrowser(onTestFinished), site.gateway.url, DUTY);
  await soon(async () => expect(await rows(seat.page).count()).toBe(6));
  return { site, ...seat };
}

/** Highlights the first row that is not red, then chooses it and the two below. */
async function chooseThree(page: Page): Promise<void> {
  const red = page.getByTestId('pinned-band').locator('[aria-current=true]');
  while ((await red.count()) > 0) await page.keyboard.press('j');
  const place = await rows(page).last().boundingBox();
  await page.keyboard.press('x');
  await page.getByTestId('selection-bar').waitFor();
  expect(await rows(page).last().boundingBox()).toEqual(place); // nothing moves under the hand
  await page.keyboard.press('Shift+J');
  await page.keyboard.press('Shift+J');
  await soon(async () => expect(await page.getByTestId('selected-count').textContent()).toContain('3'));
}

it('accepts what is chosen at once, and says of each that was not accepted why', async () => {
  const { page, site, complaints } = await openDesk();
  await chooseThree(page);
  expect(await violations(page)).toEqual([]);
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('bulk-export').click()]);
  const lines = (await readFile(await download.path(), 'utf8')).trimEnd().split('\r\n');
  expect([lines.length, lines[0]?.slice(0, 3)]).toEqual([4, '\uFEFF编号']);

  const chosen = await page.locator('[data-testid=alarm-row][aria-pressed=true]').first().getAttribute('data-alarm-id');
  await page.getByTestId('bulk-acknowledge').click();
  expect(await violations(page)).toEqual([]);
  // Somebody else was first with one of them, and this page does not know it yet.
  await page.route('**/alarms/bulk', async (route) => {
    const body = route.request().postDataJSON() as { items: { id: string; version: number }[] };
    const stale = body.items.map((item) => (item.id === chosen ? { ...item, version: item.version + 1 } : item));
    await route.continue({ postData: JSON.stringify({ ...body, items: stale }) });
  });
  await page.getByTestId('bulk-go').click();
  await page.getByTestId('bulk-refused').waitFor();
  expect(await page.getByTestId('bulk-refused').locator('li').count()).toBe(1);
  expect(await page.getByTestId('selected-count').textContent()).toContain('1');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await page.getByTestId('selection-bar').count()).toBe(0);
  await soon(async () => expect([await tabCount(page, 'new'), await tabCount(page, 'working')]).toEqual(['4', '2']));
  expect([site.camera.id, complaints]).toEqual(['camera-k812', []]);
});

it('shelves an alarm with an end and a reason, out of the counts and into its tab, but never a red one', async () => {
  const { page, complaints } = await openDesk();
  await chooseThree(page);
  await page.keyboard.press('s');
  await page.getByTestId('shelve-twoHours').check();
  expect(await page.getByTestId('shelve-go').isDisabled()).toBe(true);
  await page.getByTestId('shelve-reason').fill('门禁检修');
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('shelve-go').click();
  await soon(async () => expect([await tabCount(page, 'new'), await tabCount(page, 'shelved')]).toEqual(['3', '3']));
  expect(await page.getByTestId('count-new').textContent()).toBe('3');
  await page.locator('[data-tab=shelved]').click();
  await soon(async () => expect(await rows(page).first().textContent()).toContain('挂起至'));
  await rows(page).first().click();
  await page.getByTestId('shelved-note').waitFor();
  expect(await violations(page)).toEqual([]);

  await page.locator('[data-tab=new]').click();
  await page.getByTestId('pinned-band').locator('[data-testid=alarm-row]').click();
  await page.getByTestId('alarm-detail').waitFor();
  expect(await page.getByTestId('action-shelve').count()).toBe(0);
  expect(complaints).toEqual([]);
});
