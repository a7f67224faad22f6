import mqtt from 'mqtt';
import { expect, it, onTestFinished, vi } from 'vitest';
import { startCamera } from '../../simulators/camera/camera.ts';
import { decodeG711 } from '../../streams/talk/g711.ts';
import { violations } from '../parts/axe.ts';
import { startBrowser, takeSeat } from '../parts/browser.ts';
import { DUTY } from '../parts/console-site.ts';
import { ADMIN_PASSWORD, startGateway } from '../parts/gateway.ts';
import { temporaryFolder } from '../parts/temporary-folder.ts';
import { secret } from '../parts/told.ts';
import { shareOf, tone, wavOf } from '../parts/tone.ts';

const soon = (check: () => unknown, timeout = 15_000) => vi.waitFor(check, { timeout, interval: 50 });
const LOGIN = { username: 'admin', password: secret('a loudspeaker beside the line') };
const ADMIN = { username: 'admin', password: ADMIN_PASSWORD };
const REGION = '360902001001';

it('plays a recording that an administrator keeps, and says words, through the loudspeaker nearest to the alarm', async () => {
  const speaker = await startCamera({ id: 'post', name: 'K812 号角', ...LOGIN });
  onTestFinished(() => speaker.stop());
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  const put = (id: string, fields: object) =>
    gateway.call('PUT', `/api/v1/devices/${id}`, { region: REGION, ...fields });
  const place = { line: '沪昆线', km: 'K812+300' };
  await put('post', {
    ...{ kind: 'speaker', profile: 'onvif', name: 'K812 号角', place: { line: '沪昆线', km: 'K812+400' } },
    ...{ connection: { url: speaker.onvifUrl, ...LOGIN }, tags: [`port:${new URL(speaker.rtspUrl('main')).port}`] },
  });
  await put('fence', { kind: 'railway', profile: 'fengsui', name: '振动光纤', place });
  await gateway.call('POST', '/api/v1/users', { ...DUTY, role: 'dispatcher', regions: [REGION] });
  await soon(() => expect(speaker.subscriptions()).toBe(1));
  const browser = await startBrowser(onTestFinished);

  const admin = await takeSeat(browser, gateway.url, ADMIN);
  await admin.page.goto(`${gateway.url}/system`);
  const buffer = wavOf(tone(1000, 1));
  await admin.page.getByTestId('announcement-file').setInputFiles({ name: '落石.wav', mimeType: 'audio/wav', buffer });
  await admin.page.getByTestId('announcements').getByText('落石').waitFor();
  expect(await violations(admin.page)).toEqual([]);

  const { page, complaints } = await takeSeat(browser, gateway.url, DUTY);
  const client = await mqtt.connectAsync(gateway.mqttUrl);
  const event = { type: 'railway.perimeter.intrusion', active: true };
  await client.publishAsync('fengsui/v1/fence/event', JSON.stringify(event), { qos: 1 });
  await client.endAsync();
  await page.locator('[data-testid=alarm-row]').first().click();
  await page.getByTestId('action-broadcast').click();
  await page.getByText('文件：落石').click();
  expect(await violations(page)).toEqual([]);
  await page.getByTestId('broadcast-confirm').click();
  await page.getByText(/设备已执行/).waitFor();
  expect(shareOf(decodeG711('PCMA', speaker.heard()), 1000)).toBeGreaterThan(0.95);

  await page.getByText('自己写一句').click();
  expect(await page.getByTestId('broadcast-confirm').isDisabled()).toBe(true);
  await page.getByTestId('broadcast-words').fill('前方有落石');
  const before = speaker.heard().length;
  await page.getByTestId('broadcast-confirm').click();
  await soon(() => expect(speaker.heard().length).toBeGreaterThan(before + 4000));
  await page.getByText(/设备已执行/).waitFor();
  expect(complaints).toEqual([]);
});
