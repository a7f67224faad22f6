import { connectAsync, type MqttClient } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { DeadLetterPage } from '../../../gateway/http/contract/dead-letters.ts';
import { Problem } from '../../../gateway/http/contract/problem.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const FENCE = {
  kind: 'railway',
  profile: 'fengsui',
  name: '周界主机',
  region: '360902102000',
  place: { line: '沪昆线', km: 'K812+300', direction: 'down' },
};
const EVENT = 'fengsui/v1/yz-fence-k812/event';
const good = (id: string) => JSON.stringify({ id, type: 'railway.perimeter.intrusion', active: true });

async function house(): Promise<{ gateway: RunningGateway; device: MqttClient }> {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  await gateway.signIn();
  await gateway.call('PUT', '/api/v1/devices/yz-fence-k812', FENCE);
  const device = await connectAsync(gateway.mqttUrl, { reconnectPeriod: 50 });
  onTestFinished(async () => void device.end(true));
  return { gateway, device };
}

const alarmsOf = async (gateway: RunningGateway) => AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms')).items;
const lettersOf = async (gateway: RunningGateway) =>
  DeadLetterPage.parse(await gateway.call('GET', '/api/v1/dead-letters')).items;
const refused = async (gateway: RunningGateway, status: number, method: string, path: string, body?: unknown) =>
  Problem.parse(await gateway.call(method, path, body, status));

it('keeps each bad message with its reason, field, value and expectation, and takes the next good one', async () => {
  const { gateway, device } = await house();
  const bad: readonly [topic: string, payload: string, expected: object][] = [
    [EVENT, '{"type": "railway.peri', { reason: 'not-json' }],
    [EVENT, '{"id":"x","type":"railway.moon"}', { reason: 'unknown-code', field: 'type', value: 'railway.moon' }],
    ['fengsui/v1/nobody/event', good('x'), { reason: 'unknown-device', value: 'nobody' }],
    [EVENT, '{"type":"railway.perimeter.intrusion","at":"24/11/2026 12:30"}', { reason: 'bad-time', field: 'at' }],
    [EVENT, '{"active":true}', { reason: 'missing-field', field: 'type' }],
    ['fengsui/v1/yz-fence-k812/telemetry', '{"values":{"kv":"high"}}', { reason: 'wrong-type' }],
  ];
  for (const [topic, payload, expected] of bad) {
    await device.publishAsync(topic, payload, { qos: 1 });
    const [newest] = await lettersOf(gateway);
    expect(newest).toMatchObject({
      topic: expect.stringContaining('/'),
      expected: expect.stringMatching(/./),
      ...expected,
    });
  }
  await device.publishAsync(EVENT, good('m1'), { qos: 1 });
  expect(await alarmsOf(gateway)).toMatchObject([{ device: 'yz-fence-k812', count: 1 }]);
});

it('refuses a huge message without keeping it, and takes the next good one', async () => {
  const { gateway, device } = await house();
  const huge = JSON.stringify({ type: 'railway.perimeter.intrusion', text: 'x'.repeat(300_000) });
  await device.publishAsync(EVENT, huge, { qos: 1 }).catch(() => undefined); // the broker may close on it instead
  await expect.poll(async () => (await lettersOf(gateway))[0]).toMatchObject({ reason: 'too-large' });
  expect((await lettersOf(gateway))[0]?.payload.length).toBeLessThan(10_000);
  const next = await connectAsync(gateway.mqttUrl);
  onTestFinished(async () => void next.end(true));
  await next.publishAsync(EVENT, good('m1'), { qos: 1 });
  expect(await alarmsOf(gateway)).toHaveLength(1);
});

it('reads a dead letter again once its cause is mended', async () => {
  const { gateway, device } = await house();
  await device.publishAsync('fengsui/v1/yz-fence-k813/event', good('m1'), { qos: 1 });
  const [letter] = await lettersOf(gateway);
  const replay = `/api/v1/dead-letters/${letter?.id}/replay`;
  expect(await refused(gateway, 400, 'POST', replay)).toMatchObject({ value: 'yz-fence-k813' });
  await gateway.call('PUT', '/api/v1/devices/yz-fence-k813', FENCE);
  await gateway.call('POST', replay);
  expect(await alarmsOf(gateway)).toMatchObject([{ device: 'yz-fence-k813' }]);
});

it('answers a wrong region, a foreign token, an old version and a broken body in the words of the contract', async () => {
  const { gateway, device } = await house();
  expect(await refused(gateway, 400, 'PUT', '/api/v1/devices/d1', { ...FENCE, region: '360999000000' })).toMatchObject({
    field: 'region',
    value: '360999000000',
  });
  expect(await refused(gateway, 400, 'PUT', '/api/v1/devices/d1', { ...FENCE, kind: 'toaster' })).toMatchObject({
    field: 'kind',
    value: 'toaster',
    expected: expect.stringContaining('camera'),
  });
  expect(await refused(gateway, 409, 'PUT', '/api/v1/devices/yz-fence-k812', { ...FENCE, version: 7 })).toBeDefined();
  expect(await refused(gateway, 400, 'GET', '/api/v1/alarms?region=3609')).toMatchObject({ value: '3609' });

  await device.publishAsync(EVENT, good('m1'), { qos: 1 });
  const [alarm] = await alarmsOf(gateway);
  const duty = { username: 'duty', password: 'a long password', role: 'dispatcher', regions: ['360900000000'] };
  await gateway.call('POST', '/api/v1/users', duty);
  await gateway.signIn('duty', duty.password);
  await gateway.call('POST', `/api/v1/alarms/${alarm?.id}/acknowledge`, { version: alarm?.version });
  const conflict = await refused(gateway, 409, 'POST', `/api/v1/alarms/${alarm?.id}/acknowledge`, {
    version: alarm?.version,
  });
  expect(conflict.alarm).toMatchObject({ id: alarm?.id, state: 'acknowledged' });

  const stranger = await fetch(`${gateway.url}/api/v1/alarms`, { headers: { authorization: 'Bearer made-up' } });
  expect(stranger.status).toBe(401);
  expect(Problem.parse(await stranger.json()).status).toBe(401);
  const broken = await fetch(`${gateway.url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"username": ',
  });
  expect([broken.status, z.object({ title: z.string() }).safeParse(await broken.json()).success]).toEqual([400, true]);
});

it('shows an alarm to who may see its place, and to nobody else', async () => {
  const { gateway, device } = await house();
  await device.publishAsync(EVENT, good('m1'), { qos: 1 });
  const [alarm] = await alarmsOf(gateway);
  const zhangshu = { username: 'zhangshu', password: 'a long password', role: 'operator', regions: ['360982000000'] };
  await gateway.call('POST', '/api/v1/users', zhangshu);
  await gateway.signIn('zhangshu', zhangshu.password);
  expect(await alarmsOf(gateway)).toEqual([]);
  expect(await refused(gateway, 403, 'GET', `/api/v1/alarms/${alarm?.id}`)).toBeDefined();
  expect(await refused(gateway, 403, 'POST', `/api/v1/alarms/${alarm?.id}/acknowledge`, { version: 1 })).toBeDefined();
  expect(await refused(gateway, 403, 'GET', '/api/v1/dead-letters')).toBeDefined();
});

it('raises 设备离线 by the last will of a device whose line is cut, and clears it when it is back', async () => {
  const { gateway } = await house();
  const status = 'fengsui/v1/yz-fence-k812/status';
  const will = { topic: status, payload: Buffer.from('offline'), qos: 1 as const, retain: true };
  const connect = () => connectAsync(gateway.mqttUrl, { will, reconnectPeriod: 0 });
  const first = await connect();
  await first.publishAsync(status, 'online', { qos: 1, retain: true });
  first.stream.destroy();
  const offline = () =>
    gateway.call('GET', '/api/v1/alarms?type=device.offline').then((page) => AlarmPage.parse(page).items);
  await expect.poll(offline).toMatchObject([{ condition: 'active', title: { zh: '设备离线' } }]);
  const back = await connect();
  onTestFinished(async () => void back.end(true));
  await back.publishAsync(status, 'online', { qos: 1, retain: true });
  await expect.poll(offline).toMatchObject([{ condition: 'cleared', state: 'new' }]);
});
