import { expect, it, onTestFinished, vi } from 'vitest';
import { startCamera } from '../../simulators/camera/camera.ts';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { startGateway } from '../parts/gateway.ts';
import { temporaryFolder } from '../parts/temporary-folder.ts';
import { secret } from '../parts/told.ts';

const soon = (check: () => unknown, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 50 });
const CHIEF = { username: 'chief', password: secret('a chief of the house') };
const CAMERA = { username: 'admin', password: secret('a camera on the wall') };
const REGION = '360902001001';

it('does the same to many devices, gives a camera a new password and puts another one in its place', async () => {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished), env: {} }, onTestFinished);
  await gateway.signIn();
  const [old, fresh] = await Promise.all(['old', 'fresh'].map((id) => startCamera({ id, name: id, ...CAMERA })));
  onTestFinished(async () => void (await Promise.all([old?.stop(), fresh?.stop()])));
  const record = { kind: 'camera', profile: 'onvif', region: REGION };
  const connection = { url: old?.onvifUrl, ...CAMERA };
  await gateway.call('PUT', '/api/v1/devices/gate', { ...record, name: '东门', connection });
  for (const id of ['door-1', 'door-2', 'door-3'])
    await gateway.call('PUT', `/api/v1/devices/${id}`, { ...record, kind: 'access', profile: 'fengsui', name: id });
  await gateway.call('POST', '/api/v1/users', { ...CHIEF, role: 'administrator', regions: ['360900000000'] });
  const { page, complaints } = await takeSeat(await startBrowser(onTestFinished), gateway.url, CHIEF);
  await page.goto(`${gateway.url}/devices`);

  await page.locator('[data-device=door-1]').click();
  await page.locator('[data-device=door-3]').click({ modifiers: ['Shift'] });
  expect(await page.getByTestId('device-bar').textContent()).toContain('已选 3 台');
  await page.getByTestId('device-disable').click();
  await page.getByTestId('device-go').click();
  await soon(async () => expect(await page.getByTestId('device-would').textContent()).toContain('将改动 3 台'));
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('device-go').click();
  await soon(async () => expect(await page.getByTestId('device-result').textContent()).toContain('已完成 3 台'));
  await page.getByTestId('device-close').click();
  await soon(async () => expect(await page.locator('.tag', { hasText: '停用' }).count()).toBe(3));
  await page.locator('[data-device=door-1]').focus();
  await page.getByTestId('device-enable').focus();
  await page.keyboard.press('Escape');
  await soon(async () => expect(await page.getByTestId('device-bar').count()).toBe(0));

  await page.locator('[data-device=gate]').click();
  await page.getByTestId('device-rotate').click();
  await page.getByTestId('device-go').click();
  await page.getByTestId('device-go').click();
  await soon(async () => expect(await page.getByTestId('device-result').textContent()).toContain('已完成 1 台'));
  await page.getByTestId('device-close').click();

  await page.getByTestId('device-replace').click();
  const replace = page.getByTestId('replace');
  await replace.locator('[type=url]').fill(fresh?.onvifUrl ?? '');
  await replace.locator('[type=password]').fill(CAMERA.password);
  await page.getByTestId('replace-go').click();
  await soon(async () =>
    expect(await page.getByTestId('replace-seen').textContent()).toMatch(/Simulated camera.*fresh/),
  );
  await page.getByTestId('replace-go').click();
  await soon(async () => {
    const device = (await gateway.call('GET', '/api/v1/devices/gate')) as { connection: { url: string } };
    expect(device.connection.url).toBe(fresh?.onvifUrl);
  });
  expect(complaints).toEqual([]);
});
