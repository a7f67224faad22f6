import type { Browser, Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { AlarmDetail, AlarmPage } from '../../gateway/http/contract/alarms.ts';
import { TaskPage } from '../../gateway/http/contract/patrol.ts';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { type ConsoleSite, DUTY, openConsoleSite, PATROL } from '../parts/console-site.ts';

const soon = <T>(check: () => T | Promise<T>, timeout = 10_000): Promise<T> =>
  vi.waitFor(check, { timeout, interval: 50 });
const PHONE = {
  viewport: { width: 390, height: 844 },
  geolocation: { longitude: 114.3884, latitude: 27.803, accuracy: 12 },
  permissions: ['geolocation'],
};

async function open(): Promise<{
  site: ConsoleSite;
  browser: Browser;
  url: string;
  alarm: () => Promise<AlarmDetail>;
}> {
  const site = await openConsoleSite(onTestFinished);
  const browser = await startBrowser(onTestFinished);
  await site.event('fence-k812', 'railway.perimeter.intrusion');
  const [raised] = await soon(async () => {
    const { items } = AlarmPage.parse(await site.gateway.call('GET', '/api/v1/alarms'));
    expect(items).toHaveLength(1);
    return items;
  });
  if (raised === undefined) throw new Error('no alarm');
  const alarm = async () => AlarmDetail.parse(await site.gateway.call('GET', `/api/v1/alarms/${raised.id}`));
  return { site, browser, url: site.gateway.url, alarm };
}

const DRAWN = `(() => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 2000, height: 1500 });
  canvas.getContext('2d').fillRect(100, 100, 900, 700);
  return canvas.toDataURL('image/jpeg', 0.9).split(',')[1];
})()`;
/** A photo as a phone's camera hands it over: 2,000 × 1,500, drawn by the browser itself. */
async function takePhoto(page: Page): Promise<void> {
  const text: unknown = await page.evaluate(DRAWN);
  const bytes = z.string().parse(text);
  const file = { name: 'photo.jpg', mimeType: 'image/jpeg', buffer: Buffer.from(bytes, 'base64') };
  await page.getByTestId('patrol-photo').setInputFiles(file);
}
const waitingOn = (page: Page) => page.getByTestId('patrol-banner').getAttribute('data-waiting');
const photosOf = ({ evidence }: AlarmDetail) => evidence.filter(({ kind }) => kind === 'photo');
/** What people did; what the camera gave to it comes when it comes. */
const kindsOf = ({ history }: AlarmDetail) =>
  history
    .filter(({ kind }) => kind !== 'evidence-added')
    .map(({ kind, note }) => (kind === 'commented' ? (note ?? '') : kind));

it('takes a sent alarm through without a network, sends it once when that is back, and shows the photo at the desk', async () => {
  const { site, browser, url, alarm } = await open();
  const { id, version } = await alarm();
  await site.gateway.call('POST', `/api/v1/alarms/${id}/dispatch`, { version, assignee: '彬江一队' });
  const phone = await takeSeat(browser, url, PATROL, PHONE);
  const { page } = phone;
  await page.getByTestId('task-card').click();
  await page.getByTestId('patrol-locate').click();
  await soon(async () =>
    expect(await page.getByTestId('patrol-distance').textContent()).toMatch(/直线距离 \d+ m · 误差 12 m/),
  );
  expect(await violations(page)).toEqual([]);
  for (const target of await page.locator('main button:visible, main label.button:visible').all())
    expect((await target.boundingBox())?.height).toBeGreaterThanOrEqual(48);

  await page.context().setOffline(true);
  const action = (act: string) => page.locator(`[data-testid=task-action][data-act=${act}]`);
  await action('take').click();
  await action('arrive').click();
  await action('report').waitFor();
  await takePhoto(page);
  await page.getByTestId('task-note').fill('栅栏破损 2 m');
  await action('report').click();
  await action('done').click();
  await soon(async () => expect(await waitingOn(page)).toBe('5'));
  await page.getByTestId('patrol-outbox-link').click();
  await soon(async () => expect(await page.getByTestId('outbox-entry').count()).toBe(5));
  expect(await violations(page)).toEqual([]);
  expect((await alarm()).state).toBe('dispatched');

  await page.context().setOffline(false);
  await page.getByTestId('patrol-banner').waitFor({ state: 'detached', timeout: 30_000 });
  const after = await soon(async () => {
    const found = await alarm();
    expect(photosOf(found)).toHaveLength(1);
    return found;
  });
  const [photo] = photosOf(after);
  expect(after).toMatchObject({ state: 'resolved', verdict: 'real' });
  expect(photo).toMatchObject({ by: PATROL.username });
  expect(kindsOf(after)).toEqual([
    ...['raised', 'dispatched', '接单 / Task taken', 'arrived', '栅栏破损 2 m', 'resolved'],
  ]);
  const { items } = TaskPage.parse(await site.gateway.call('GET', '/api/v1/patrol/tasks?state=done'));
  expect(items).toMatchObject([{ holder: PATROL.username, arrivedM: 39, accuracyM: 12, version: 6 }]);

  const desk = await takeSeat(browser, url, DUTY);
  await desk.page.goto(`${url}/alarms/${id}`);
  const picture = `img[src*="${photo?.sha256.slice(0, 16)}"]`;
  await desk.page.locator(picture).first().waitFor({ timeout: 20_000 });
  await soon(async () =>
    expect(await desk.page.evaluate(`document.querySelector('${picture}').naturalWidth`)).toBe(1600),
  );
  expect([...phone.complaints, ...desk.complaints]).toEqual([]);
});

it('keeps what waits over a reload of the page, and leaves what was refused to the person', async () => {
  const { site, browser, url, alarm } = await open();
  const { id } = await alarm();
  const phone = await takeSeat(browser, url, PATROL, PHONE);
  const { page } = phone;
  await page.locator('[data-tab=all]').click();
  await page.getByTestId('patrol-card').click();
  await page.route('**/alarms/*/acknowledge', (route) => route.abort());
  await page.locator('[data-testid=patrol-action][data-stage=take]').click();
  await page.locator('[data-testid=patrol-action][data-stage=setOut]').waitFor();
  await soon(async () => expect(await waitingOn(page)).toBe('1'));
  await page.reload();
  await soon(async () => expect(await waitingOn(page)).toBe('1'));

  const { version } = await alarm();
  await site.gateway.call('POST', `/api/v1/alarms/${id}/acknowledge`, { version });
  await page.unroute('**/alarms/*/acknowledge');
  await page.getByTestId('patrol-refused').waitFor({ timeout: 70_000 });
  expect(await page.getByTestId('patrol-refused').getAttribute('data-problem')).toBe('fengsui:conflict');
  await page.getByTestId('patrol-drop').click();
  for (const stage of ['take', 'setOut', 'arrive', 'resolve'])
    await page.locator(`[data-testid=patrol-action][data-stage=${stage}]:enabled`).click();
  await page.locator('[data-testid=patrol-alarm][data-state=resolved]').waitFor();
  expect(kindsOf(await alarm())).toEqual(['raised', 'acknowledged', '接单', '出发', 'arrived', 'resolved']);
  expect(phone.complaints).toEqual([]);
});

it('speaks English to whoever reads it, also after a reload', async () => {
  const { browser, url } = await open();
  const { page, complaints } = await takeSeat(browser, url, PATROL, PHONE);
  await page.context().clearCookies();
  await page.goto(`${url}/login`);
  await page.locator('button[lang=en]').click();
  const submit = page.getByTestId('login-submit');
  await soon(async () => expect(await submit.textContent()).toContain('Sign in'));
  await page.reload();
  await soon(async () => expect(await submit.textContent()).toContain('Sign in'));
  expect(complaints).toEqual([]);
});
