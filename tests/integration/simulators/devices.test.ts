import { connectAsync, type MqttClient } from 'mqtt';
import { expect, it, vi } from 'vitest';
import { startAccessController } from '../../../simulators/devices/access-controller.ts';
import { startCattleCollar } from '../../../simulators/devices/cattle-collar.ts';
import { startLoudspeaker } from '../../../simulators/devices/loudspeaker.ts';
import { startRailwayFence } from '../../../simulators/devices/railway-fence.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';

type Cleanup = (fn: () => Promise<void>) => void;
type Heard = Readonly<{ topic: string; payload: string }>;

/** A broker, and somebody who hears everything on it. */
async function listen(onTestFinished: Cleanup): Promise<{ mqttUrl: string; heard: Heard[]; client: MqttClient }> {
  const { url } = await startMosquitto(onTestFinished);
  const client = await connectAsync(url);
  onTestFinished(() => client.endAsync(true));
  const heard: Heard[] = [];
  client.on('message', (topic, payload) => heard.push({ topic, payload: payload.toString() }));
  await client.subscribeAsync('fengsui/v1/#', { qos: 1 });
  return { mqttUrl: url, heard, client };
}

const bodies = (heard: readonly Heard[], topic: string): unknown[] =>
  heard.filter((message) => message.topic === `fengsui/v1/${topic}`).map(({ payload }) => JSON.parse(payload));

it('tells an intrusion at the fence and its end, each with an id of its own', async ({ onTestFinished }) => {
  const { mqttUrl, heard } = await listen(onTestFinished);
  const fence = await startRailwayFence({ mqttUrl, id: 'f1', now: () => Date.parse('2026-11-24T04:30:05.250Z') });
  onTestFinished(() => fence.stop());
  await fence.intrude({ active: true, value: 3, text: '3 号防区触网' });
  await fence.intrude({ active: false });
  await fence.measure({ fence_kv: 6.8, battery_v: 12.6 });
  await vi.waitFor(() => expect(heard).toHaveLength(4));
  const [first, second] = bodies(heard, 'f1/event');
  const type = 'railway.perimeter.intrusion';
  expect(first).toMatchObject({ type, active: true, value: 3, text: '3 号防区触网', at: '2026-11-24T04:30:05.250Z' });
  expect(second).toMatchObject({ type, active: false });
  expect(new Set(bodies(heard, 'f1/event').map((event) => JSON.stringify(event).slice(0, 45))).size).toBe(2);
  expect(bodies(heard, 'f1/telemetry')).toMatchObject([{ values: { fence_kv: 6.8, battery_v: 12.6 } }]);
});

it('is online while it is there, offline by its own word or by its last will', async ({ onTestFinished }) => {
  const { mqttUrl, heard } = await listen(onTestFinished);
  const [polite, broken] = [
    await startCattleCollar({ mqttUrl, id: 'c1' }),
    await startCattleCollar({ mqttUrl, id: 'c2' }),
  ];
  await polite.moveTo({ lng: 114.388, lat: 27.8029 });
  await polite.stop();
  await broken.vanish();
  const said = (id: string): string[] =>
    heard.filter(({ topic }) => topic === `fengsui/v1/${id}/status`).map(({ payload }) => payload);
  await vi.waitFor(() =>
    expect([said('c1'), said('c2')]).toEqual([
      ['online', 'offline'],
      ['online', 'offline'],
    ]),
  );
  expect(bodies(heard, 'c1/telemetry')).toMatchObject([{ values: { lng: 114.388, lat: 27.8029, battery: 87 } }]);
});

it('opens and locks the door by command, and says so when it does not know a command', async ({ onTestFinished }) => {
  const { mqttUrl, heard, client } = await listen(onTestFinished);
  const door = await startAccessController({ mqttUrl, id: 'd1' });
  onTestFinished(() => door.stop());
  const send = (command: object): Promise<unknown> =>
    client.publishAsync('fengsui/v1/d1/command', JSON.stringify(command), { qos: 1 });
  await send({ id: '1', name: 'open', args: {} });
  await send({ id: '2', name: 'explode' });
  await vi.waitFor(() => expect(bodies(heard, 'd1/reply')).toHaveLength(2));
  expect(bodies(heard, 'd1/reply')).toEqual([
    { id: '1', ok: true, result: { state: 'open' } },
    { id: '2', ok: false, error: "unknown command 'explode'" },
  ]);
  expect(door.bolt()).toBe('open');
  await door.force();
  await door.close();
  await vi.waitFor(() => expect(bodies(heard, 'd1/event')).toHaveLength(2));
  expect(bodies(heard, 'd1/event')).toMatchObject([
    { type: 'community.door.forced', active: true },
    { type: 'community.door.forced', active: false },
  ]);
});

it('calls out a phrase once, though the command comes twice', async ({ onTestFinished }) => {
  const { mqttUrl, heard, client } = await listen(onTestFinished);
  const speaker = await startLoudspeaker({ mqttUrl, id: 's1' });
  onTestFinished(() => speaker.stop());
  const command = JSON.stringify({ id: '7', name: 'broadcast', args: { phrase: '请立即离开铁路' } });
  await client.publishAsync('fengsui/v1/s1/command', command, { qos: 1 });
  await client.publishAsync('fengsui/v1/s1/command', command, { qos: 1 });
  await client.publishAsync('fengsui/v1/s1/command', 'not json', { qos: 1 });
  await client.publishAsync('fengsui/v1/s1/command', JSON.stringify({ id: '8', name: 'broadcast' }), { qos: 1 });
  await vi.waitFor(() => expect(bodies(heard, 's1/reply')).toHaveLength(3));
  expect(bodies(heard, 's1/reply')).toMatchObject([{ ok: true }, { ok: true }, { id: '8', ok: false }]);
  expect(speaker.said()).toMatchObject([{ words: '请立即离开铁路' }]);
});
