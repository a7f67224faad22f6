import { expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY, openConsoleSite, PATROL } from '../parts/console-site.ts';

const soon = (check: () => unknown, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });

it('reports a door, gives it out, mends it on a phone and verifies it; a fault of a device opens its own', async () => {
  const site = await openConsoleSite(onTestFinished);
  await site.event('door-2', 'device.power.lost');
  const browser = await startBrowser(onTestFinished);
  const { page, complaints } = await takeSeat(browser, site.gateway.url, DUTY);
  await page.goto(`${site.gateway.url}/devices`);
  await page.locator('[data-report=door-1]').click();
  await page.getByTestId('report-note').fill('读卡器不亮');
  await page.getByTestId('report-go').click();
  await soon(async () => expect(await page.getByTestId('report').count()).toBe(0));

  await page.goto(`${site.gateway.url}/work-orders`);
  await soon(async () => expect(await page.getByTestId('order-row').count()).toBe(2));
  const own = page.getByTestId('order-row').filter({ hasText: '外部电源断电' });
  expect(await own.getAttribute('data-state')).toBe('open');
  await page.getByTestId('order-row').filter({ hasText: '1 栋门禁' }).click();
  await page.getByTestId('order-assign').click();
  await page.getByTestId('order-to').fill('彬江一队');
  await page.getByTestId('order-go').click();
  await soon(async () => expect(await page.getByTestId('order-state').textContent()).toBe('已派工'));
  expect(await violations(page)).toEqual([]);

  const phone = await takeSeat(browser, site.gateway.url, PATROL, { viewport: { width: 390, height: 844 } });
  await phone.page.goto(`${site.gateway.url}/work-orders`);
  await phone.page.getByTestId('order-tab-mine').click();
  await soon(async () => expect(await phone.page.getByTestId('order-row').count()).toBe(1));
  await phone.page.getByTestId('order-row').click();
  await phone.page.getByTestId('order-finish').click();
  await phone.page.getByTestId('order-note').fill('更换读卡器');
  expect(await violations(phone.page)).toEqual([]);
  await phone.page.getByTestId('order-go').click();
  await soon(async () => expect(await phone.page.getByTestId('order-state').textContent()).toBe('待验收'));
  expect(await phone.page.getByTestId('order-verify').count()).toBe(0);

  // what the desk shows is old by now: it is told so, and its next try goes through
  await page.getByTestId('order-start').click();
  await soon(async () => expect(await page.getByRole('alert').textContent()).toContain('已被他人更改'));
  await page.getByTestId('order-verify').click();
  await soon(async () => expect(await page.getByTestId('order-state').textContent()).toBe('已验收'));
  expect([...complaints, ...phone.complaints]).toEqual([]);
});
