import { setTimeout as wait } from 'node:timers/promises';
import type { MqttClient } from 'mqtt';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { startGateway } from '../../parts/gateway.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { connectDevice, event } from './parts.ts';

const Page = z.object({ items: z.array(z.object({ device: z.string(), type: z.string(), count: z.int() })) });
const FENCE = { kind: 'railway', profile: 'fengsui', name: '周界', region: '360902001000', place: {} };
const FLOOD = 2_000;
const RATE = { FENGSUI_DEVICE_RATE_PER_SECOND: '50', FENGSUI_DEVICE_RATE_BURST: '200' };

/** One device's 2,000 messages in two seconds, whether or not they are acknowledged meanwhile. */
async function flood(client: MqttClient): Promise<void> {
  const published: Promise<unknown>[] = [];
  while (published.length < FLOOD) {
    for (let count = 0; count < 10; count++)
      published.push(client.publishAsync('fengsui/v1/loud/event', event(`flood-${published.length}`), { qos: 1 }));
    await wait(10); // the rate is what is tried
  }
  await Promise.all(published);
}

/** A calm device's 100 messages, one after the other, each acknowledged before the next. */
async function talkCalmly(client: MqttClient): Promise<void> {
  for (let index = 0; index < 100; index++) {
    await client.publishAsync('fengsui/v1/calm/event', event(`calm-${index}`), { qos: 1 });
  }
}

it.each(['embedded', 'mosquitto'])(
  'one device at 1,000 messages a second is capped alone, is an alarm of its own, and folds nobody else: %s',
  async (kind) => {
    const ends: (() => Promise<void>)[] = [];
    const onEnd = (end: () => Promise<void>): void => void ends.push(end);
    try {
      const broker = kind === 'mosquitto' ? { mqttUrl: (await startMosquitto(onEnd)).url } : {};
      const gateway = await startGateway({ dataDir: await temporaryFolder(onEnd), ...broker, env: RATE }, onEnd);
      await gateway.signIn();
      for (const id of ['loud', 'calm']) await gateway.call('PUT', `/api/v1/devices/${id}`, FENCE);
      const [loud, calm] = [await connectDevice(onEnd, gateway.mqttUrl), await connectDevice(onEnd, gateway.mqttUrl)];
      const alarms = async () => Page.parse(await gateway.call('GET', '/api/v1/alarms?limit=100')).items;
      await Promise.all([flood(loud), talkCalmly(calm)]);
      await expect
        .poll(async () => (await alarms()).find(({ device }) => device === 'calm')?.count, { timeout: 10_000 })
        .toBe(100);
      const ofLoud = (await alarms()).filter(({ device }) => device === 'loud');
      expect(ofLoud.map(({ type }) => type).sort()).toEqual(['device.flapping', 'railway.perimeter.intrusion']);
      for (const { count } of ofLoud) expect(count).toBeLessThan(FLOOD / 4); // 200 at once and 50 a second
    } finally {
      for (const end of ends.reverse()) await end();
    }
  },
);
