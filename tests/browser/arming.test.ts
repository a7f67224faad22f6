import { expect, it, onTestFinished, vi } from 'vitest';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY, openConsoleSite } from '../parts/console-site.ts';
import { secret } from '../parts/told.ts';

const soon = (check: () => unknown, timeout = 20_000) => vi.waitFor(check, { timeout, interval: 50 });
const CHIEF = { username: 'chief', password: secret('a chief of arming') };

it('lets an administrator plan, a duty officer disarm by hand until a time, and work begin and end', async () => {
  const { gateway } = await openConsoleSite(onTestFinished);
  await gateway.call('POST', '/api/v1/users', { ...CHIEF, role: 'administrator', regions: ['360900000000'] });
  const browser = await startBrowser(onTestFinished);
  const chief = await takeSeat(browser, gateway.url, CHIEF);
  await chief.page.goto(`${gateway.url}/arming`);
  await chief.page.getByTestId('plan-new').click();
  await chief.page.getByTestId('plan-zh').fill('秀江名苑围栏');
  await chief.page.getByTestId('where-compound').fill('秀江名苑');
  for (const [name, time] of [
    ['布防开始', '00:00'],
    ['布防结束', '23:59'],
  ] as const)
    await chief.page.getByLabel(name).fill(time);
  expect(await violations(chief.page)).toEqual([]);
  await chief.page.getByTestId('plan-go').click();
  const plan = chief.page.locator('[data-plan]');
  await soon(async () => expect(await plan.count()).toBe(1));
  expect(await plan.textContent()).toContain('每天 00:00–23:59');

  const duty = await takeSeat(browser, gateway.url, DUTY);
  await duty.page.goto(`${gateway.url}/arming`);
  await duty.page.getByTestId('disarm').click();
  await duty.page.getByTestId('until-fourHours').check();
  await duty.page.getByTestId('override-go').click();
  await soon(async () => expect(await duty.page.locator('[data-plan]').getAttribute('data-armed')).toBe('false'));
  expect(await duty.page.locator('[data-plan]').textContent()).toContain('duty 手动设置');
  expect(await duty.page.getByTestId('plan-remove').count()).toBe(0);
  expect(await violations(duty.page)).toEqual([]);

  await chief.page.getByTestId('window-new').click();
  await chief.page.getByTestId('window-reason').fill('更换光纤接头');
  await chief.page.getByTestId('where-devices').fill('fence-k812');
  await chief.page.getByTestId('window-go').click();
  const window = chief.page.locator('[data-window]');
  await soon(async () => expect(await window.getAttribute('data-underway')).toBe('true'));
  await chief.page.getByTestId('window-end').click();
  await soon(async () => expect(await window.getAttribute('data-underway')).toBe('false'));
  expect([...chief.complaints, ...duty.complaints]).toEqual([]);
});
