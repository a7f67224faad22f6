import { connectAsync } from 'mqtt';
import { expect, it } from 'vitest';
import { DeviceTelemetry } from '../../../gateway/http/contract/devices.ts';
import { startGateway } from '../../parts/gateway.ts';
import { person, startHttpGateway, ZHANGSHU } from '../../parts/http-gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

it('shows what a device measured last to who may see the device, and to nobody else', async ({ onTestFinished }) => {
  const gateway = await startHttpGateway(onTestFinished);
  const [near, far] = [
    await person(gateway, 'desk-yuanzhou'),
    await person(gateway, 'desk-zhangshu', { regions: [ZHANGSHU] }),
  ];
  const answer = await near.get('/devices/yz-fence-k812/telemetry');
  expect(answer).toMatchObject({ status: 200, body: { items: [{ name: 'rail', value: 21.5 }] } });
  expect(DeviceTelemetry.parse(answer.body).items[0]?.at).toMatch(/^\d{4}-.*Z$/);
  expect(await near.get('/devices/camera-k812/telemetry')).toMatchObject({ status: 200, body: { items: [] } });
  expect(await far.get('/devices/yz-fence-k812/telemetry')).toMatchObject({ status: 404 });
  expect(await near.get('/devices/nobody/telemetry')).toMatchObject({ status: 404 });
});

it('has the last values of a running gateway, without an alarm, and again after a SIGKILL', async ({
  onTestFinished,
}) => {
  const dataDir = await temporaryFolder(onTestFinished);
  const fence = { kind: 'railway', profile: 'fengsui', name: '钢轨温度', region: '360902001000', place: {} };
  const values = async (gateway: Awaited<ReturnType<typeof startGateway>>) =>
    DeviceTelemetry.parse(await gateway.call('GET', '/api/v1/devices/rail-t1/telemetry')).items;
  const first = await startGateway({ dataDir }, onTestFinished);
  await first.signIn();
  await first.call('PUT', '/api/v1/devices/rail-t1', fence);
  const client = await connectAsync(first.mqttUrl, { reconnectPeriod: 0 });
  client.on('error', () => undefined);
  const say = (at: string, said: Record<string, number>) =>
    client.publishAsync('fengsui/v1/rail-t1/telemetry', JSON.stringify({ at, values: said }), { qos: 1 });
  await say('2026-06-01T08:00:00.000Z', { rail: 41.5, air: 30 });
  await say('2026-06-01T08:01:00.000Z', { rail: 42 });
  await say('2026-06-01T08:01:00.000Z', { rail: 42 }); // a broker's repeat
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  await first.kill('SIGKILL');
  await closed;
  const second = await startGateway({ dataDir }, onTestFinished);
  await second.signIn();
  await expect
    .poll(() => values(second), { timeout: 10_000 })
    .toEqual([
      { name: 'air', value: 30, at: '2026-06-01T08:00:00.000Z' },
      { name: 'rail', value: 42, at: '2026-06-01T08:01:00.000Z' },
    ]);
  expect(await second.call('GET', '/api/v1/alarms')).toMatchObject({ items: [] });
});
