import { readFileSync } from 'node:fs';
import type { MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { connectDevice, event } from './parts.ts';
import { ownCertificate } from './secured.ts';

const DOOR = { kind: 'access', profile: 'fengsui', name: '1栋 1单元门', region: '360982001000', place: {} };
const EVENT = 'fengsui/v1/zs-door-1/event';
const Secret = z.object({ secret: z.string() });
const Items = z.object({ items: z.array(z.object({ device: z.string() })) });

const closing = (client: MqttClient): Promise<void> => new Promise((resolve) => client.once('close', () => resolve()));

it('lets a device in by TLS with the secret that an administrator gave it, over a restart, until it gets another', async ({
  onTestFinished,
}) => {
  const { certFile, keyFile } = await ownCertificate(onTestFinished);
  const dataDir = await temporaryFolder(onTestFinished);
  const env = {
    FENGSUI_MQTT_HOST: '0.0.0.0',
    FENGSUI_MQTT_TLS_CERT_FILE: certFile,
    FENGSUI_MQTT_TLS_KEY_FILE: keyFile,
  };
  const start = async () => {
    const gateway = await startGateway({ dataDir, env }, onTestFinished);
    await gateway.signIn();
    return gateway;
  };
  const gateway = await start();
  const device = (url: string, password: string) =>
    connectDevice(onTestFinished, url.replace('0.0.0.0', '127.0.0.1'), {
      ca: [readFileSync(certFile)],
      username: 'zs-door-1',
      password,
      reconnectPeriod: 0,
    });
  const door = await gateway.call('PUT', '/api/v1/devices/zs-door-1', DOOR);
  const newSecret = async (running: typeof gateway) =>
    Secret.parse(await running.call('PUT', '/api/v1/devices/zs-door-1/secret')).secret;
  const secret = await newSecret(gateway);
  await expect(device(gateway.mqttUrl, 'a guess')).rejects.toThrow(/[Nn]ot authorized/);
  await (await device(gateway.mqttUrl, secret)).publishAsync(EVENT, event(1), { qos: 1 });
  expect(Items.parse(await gateway.call('GET', '/api/v1/alarms')).items).toMatchObject([{ device: 'zs-door-1' }]);
  await gateway.kill();

  const again = await start();
  const client = await device(again.mqttUrl, secret);
  const closed = closing(client);
  const next = await newSecret(again);
  await closed;
  await expect(device(again.mqttUrl, secret)).rejects.toThrow(/[Nn]ot authorized/);
  const out = closing(await device(again.mqttUrl, next));
  await again.call('PUT', '/api/v1/devices/zs-door-1', {
    ...DOOR,
    enabled: false,
    version: z.object({ version: z.int() }).parse(door).version,
  });
  await out;
  await expect(device(again.mqttUrl, next)).rejects.toThrow(/[Nn]ot authorized/);
});
