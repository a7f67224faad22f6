import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { connectDevice } from './parts.ts';

type Cleanup = (fn: () => Promise<void>) => void;

const DOOR = { kind: 'access', profile: 'fengsui', name: '1栋 1单元门', region: '360982001000', place: {} };
const STATUS = 'fengsui/v1/zs-door-1/status';
const COMMAND = 'fengsui/v1/zs-door-1/command';
const SESSION: IClientOptions = { clientId: 'door', clean: false };

/** A gateway of its own process, with a door in its registry, that can be killed and started anew on the same data. */
async function houseWithADoor(onTestFinished: Cleanup, commandTimeoutMs: number) {
  const dataDir = await temporaryFolder(onTestFinished);
  const env = { FENGSUI_MQTT_COMMAND_TIMEOUT_MS: String(commandTimeoutMs) };
  const start = async (): Promise<RunningGateway> => {
    const gateway = await startGateway({ dataDir, env }, onTestFinished);
    await gateway.signIn();
    return gateway;
  };
  const gateway = await start();
  await gateway.call('PUT', '/api/v1/devices/zs-door-1', DOOR);
  return { gateway, start };
}

/** A client whose messages are gathered from the moment it connects, so that none of a session's is missed. */
async function listening(onTestFinished: Cleanup, url: string, options: IClientOptions = {}) {
  const heard: { topic: string; text: string; retain: boolean }[] = [];
  const client: MqttClient = connect(url, { reconnectPeriod: 0, ...options });
  client.on('message', (topic, payload, { retain }) => heard.push({ topic, text: payload.toString(), retain }));
  onTestFinished(() => client.endAsync(true));
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  const next = async (count: number): Promise<void> => {
    while (heard.length < count) await new Promise<void>((resolve) => client.once('message', () => resolve()));
  };
  return { client, heard, next };
}

const metric = async (gateway: RunningGateway, count: string): Promise<number> => {
  const text = await (await fetch(new URL('/metrics', gateway.url))).text();
  return Number(new RegExp(`fengsui_mqtt\\{count="${count}"\\} (\\d+)`).exec(text)?.[1] ?? Number.NaN);
};

async function queued(gateway: RunningGateway, count: number): Promise<void> {
  while ((await metric(gateway, 'commandsQueued')) !== count) await new Promise(setImmediate);
}

it('shows the retained status of a device to a new subscriber after the gateway was killed', async ({
  onTestFinished,
}) => {
  const { gateway, start } = await houseWithADoor(onTestFinished, 5_000);
  const device = await connectDevice(onTestFinished, gateway.mqttUrl);
  await device.publishAsync(STATUS, 'online', { qos: 1, retain: true });
  await gateway.kill();
  const again = await start();
  const { client, heard, next } = await listening(onTestFinished, again.mqttUrl);
  await client.subscribeAsync('fengsui/v1/+/status');
  await next(1);
  expect(heard).toEqual([{ topic: STATUS, text: 'online', retain: true }]);
});

it('gives a command to a device that slept, over a kill of the gateway, on the subscription of its session', async ({
  onTestFinished,
}) => {
  const { gateway, start } = await houseWithADoor(onTestFinished, 60_000);
  const device = await connectDevice(onTestFinished, gateway.mqttUrl, SESSION);
  await device.subscribeAsync(COMMAND, { qos: 1 });
  await device.endAsync();
  const sent = gateway
    .call('POST', '/api/v1/devices/zs-door-1/commands', { name: 'open', args: {} })
    .catch(() => 'killed');
  await queued(gateway, 1);
  await gateway.kill();
  expect(await sent).toBe('killed');
  const again = await start();
  const { heard, next } = await listening(onTestFinished, again.mqttUrl, SESSION);
  await next(1);
  expect(heard).toMatchObject([{ topic: COMMAND, text: expect.stringContaining('"open"') }]);
  await queued(again, 0);
});

it('gives no command to a device after its time', async ({ onTestFinished }) => {
  const { gateway, start } = await houseWithADoor(onTestFinished, 200);
  const device = await connectDevice(onTestFinished, gateway.mqttUrl, SESSION);
  await device.subscribeAsync(COMMAND, { qos: 1 });
  await device.endAsync();
  await gateway.call('POST', '/api/v1/devices/zs-door-1/commands', { name: 'late', args: {} }, 504);
  await gateway.kill();
  const again = await start();
  const { heard, next } = await listening(onTestFinished, again.mqttUrl, SESSION);
  const [answer] = await Promise.all([
    again.call('POST', '/api/v1/devices/zs-door-1/commands', { name: 'in-time', args: {} }, 504),
    next(1),
  ]);
  expect(answer).toBeDefined();
  expect(heard.map(({ text }) => JSON.parse(text).name)).toEqual(['in-time']);
  expect(await metric(again, 'commandsExpired')).toBeGreaterThan(0);
});
