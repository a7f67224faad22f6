import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { AlarmDetail, AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { MqttDevice } from '../../../simulators/devices/mqtt-device.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const RULES = (port: number, secretFile: string) => `
linkages:
  webhookNetworks: [127.0.0.0/8]
  webhooks: { duty: { url: "http://127.0.0.1:${port}/alarms", secretFile: "${secretFile}" } }
  rules:
    - id: fence
      where: { types: [railway.perimeter.] }
      steps:
        - { id: look, do: preset, preset: "1" }
        - { id: call, do: broadcast, say: { text: 请立即离开 } }
        - { id: tell, do: webhook, target: duty, withinS: 30 }
`;
const SECRET = 'a secret of the duty room';

/** A webhook server that answers at once, or holds its answer back while told to. */
async function dutyRoom() {
  const heard: { body: string; key: unknown; signature: unknown }[] = [];
  const word = new EventEmitter();
  const mood = { isSilent: false };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    const { 'idempotency-key': key, 'x-fengsui-signature': signature } = request.headers;
    heard.push({ body, key, signature });
    word.emit('heard');
    if (!mood.isSilent) response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { heard, word, mood, port: (server.address() as AddressInfo).port };
}

const detailOf = async (gateway: RunningGateway): Promise<AlarmDetail> => {
  const { items } = AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?type=railway.perimeter.'));
  return AlarmDetail.parse(await gateway.call('GET', `/api/v1/alarms/${items[0]?.id}`));
};
const resultsOf = async (gateway: RunningGateway) => {
  const { items } = AlarmPage.parse(await gateway.call('GET', '/api/v1/alarms?type=railway.perimeter.'));
  return Object.fromEntries((items[0]?.linkages ?? []).map(({ step, result }) => [step, result]));
};

async function site() {
  const [broker, dataDir, duty] = [
    await startMosquitto(onTestFinished),
    await temporaryFolder(onTestFinished),
    await dutyRoom(),
  ];
  const [config, secretFile] = [join(dataDir, 'fengsui.yaml'), join(dataDir, 'duty.key')];
  await writeFile(secretFile, SECRET);
  await writeFile(config, RULES(duty.port, secretFile));
  const start = async () => {
    const env = { FENGSUI_CONFIG: config };
    const gateway = await startGateway({ dataDir, mqttUrl: broker.url, env }, onTestFinished);
    await gateway.signIn();
    return gateway;
  };
  const gateway = await start();
  const common = { profile: 'fengsui', region: '360902102000', place: { line: '沪昆线', km: 'K812+300' } };
  await gateway.call('PUT', '/api/v1/devices/fence-1', { ...common, kind: 'railway', name: '周界' });
  await gateway.call('PUT', '/api/v1/devices/speaker-1', { ...common, kind: 'speaker', name: '广播' });
  const said: unknown[] = [];
  const hears: { call: () => unknown } = { call: () => undefined };
  const speaker = await MqttDevice.open(
    { mqttUrl: broker.url, id: 'speaker-1' },
    {
      broadcast: (args) => {
        said.push(args);
        hears.call();
        return {};
      },
    },
  );
  const fence = await MqttDevice.open({ mqttUrl: broker.url, id: 'fence-1' }, {});
  onTestFinished(() => speaker.stop());
  onTestFinished(() => fence.stop());
  const alarm = () => fence.event({ type: 'railway.perimeter.intrusion', active: true });
  return { gateway, start, duty, said, hears, alarm };
}

it('asks before it calls out, lets one of two operators say yes, and calls once', async () => {
  const { gateway, duty, said, alarm } = await site();
  await alarm();
  const asked = { look: 'failed', call: 'asked', tell: 'ok' };
  await expect.poll(() => resultsOf(gateway), { timeout: 20_000, interval: 50 }).toEqual(asked);
  expect(said).toEqual([]);
  const { id, version } = await detailOf(gateway);
  const [sent] = duty.heard;
  expect(sent?.signature).toBe(
    `sha256=${createHmac('sha256', SECRET)
      .update(sent?.body ?? '')
      .digest('hex')}`,
  );
  expect(sent?.key).toBe(`${id}/fence/tell`);
  const confirm = () => gateway.call('POST', `/api/v1/alarms/${id}/linkages/fence/call/confirm`, { version });
  const answers = await Promise.allSettled([confirm(), confirm()]);
  expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(String(answers.find((one) => one.status === 'rejected')?.reason)).toContain('answered 409');
  await expect.poll(() => resultsOf(gateway), { timeout: 20_000, interval: 50 }).toEqual({ ...asked, call: 'ok' });
  expect(said).toEqual([{ text: '请立即离开' }]);
  const kinds = (await detailOf(gateway)).history.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'linkage-confirmed')).toHaveLength(1);
}, 60_000);

it('tells again by the same key what it was telling when it was killed, and asks no second time', async () => {
  const { gateway, start, duty, said, alarm } = await site();
  duty.mood.isSilent = true;
  await alarm();
  await once(duty.word, 'heard');
  await gateway.kill();
  duty.mood.isSilent = false;
  const restarted = await start();
  const after = { look: 'failed', call: 'asked', tell: 'ok' };
  await expect.poll(() => resultsOf(restarted), { timeout: 20_000, interval: 50 }).toEqual(after);
  expect(duty.heard.map(({ key }) => key)).toEqual([duty.heard[0]?.key, duty.heard[0]?.key]);
  const kinds = (await detailOf(restarted)).history.map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'linkage-asked')).toHaveLength(1);
  expect(said).toEqual([]);
}, 60_000);

it('does not call out a second time when it was killed while the speaker was calling', async () => {
  const { gateway, start, said, hears, alarm } = await site();
  const killed = Promise.withResolvers<void>();
  hears.call = () => gateway.kill().then(killed.resolve, killed.reject);
  await alarm();
  const asked = { look: 'failed', call: 'asked', tell: 'ok' };
  await expect.poll(() => resultsOf(gateway), { timeout: 20_000, interval: 50 }).toEqual(asked);
  const { id, version } = await detailOf(gateway);
  await gateway.call('POST', `/api/v1/alarms/${id}/linkages/fence/call/confirm`, { version });
  await killed.promise;
  const restarted = await start();
  const after = { ...asked, call: 'unknown' };
  await expect.poll(() => resultsOf(restarted), { timeout: 20_000, interval: 50 }).toEqual(after);
  expect(said).toHaveLength(1);
}, 60_000);
