import { connectAsync } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { playCity } from '../../../simulators/city/play.ts';
import { storyOf } from '../../../simulators/city/story.ts';
import { startMosquitto } from '../../parts/mosquitto.ts';

const STORY = { seed: 1, scale: 500, startsAt: Date.parse('2026-06-18T15:00:00+08:00'), forMs: 20_000, incidents: 2 };
const QUICK = { connections: 4, speed: 100 };

it('plays the city over a real broker: all of it, in each device’s order, as told beforehand by the seed', async () => {
  const broker = await startMosquitto(onTestFinished);
  const ear = await connectAsync(broker.url);
  onTestFinished(async () => void ear.end(true));
  const heard = new Map<string, string[]>();
  let count = 0;
  ear.on('message', (topic, payload) => {
    count += 1;
    heard.set(topic, [...(heard.get(topic) ?? []), idOf(payload.toString())]);
  });
  await ear.subscribeAsync('#', { qos: 1 });
  const { said, second } = await playCity(storyOf(STORY), { ...QUICK, mqttUrl: broker.url, signal: NEVER });
  expect(second).toBe(20);
  await expect.poll(() => count, { timeout: 10_000, interval: 20 }).toBe(said);
  const told = [...storyOf(STORY).seconds()].flat();
  expect(said).toBe(told.length);
  for (const { device, ...word } of told) {
    if (word.kind === 'event') expect(heard.get(`fengsui/v1/${device}/event`)?.shift()).toBe(word.body.id);
  }
});

it('ends where it is when it is told to', async () => {
  const broker = await startMosquitto(onTestFinished);
  const stop = new AbortController();
  const onSecond = () => stop.abort();
  const played = playCity(storyOf(STORY), { ...QUICK, mqttUrl: broker.url, signal: stop.signal, onSecond });
  expect(await played).toMatchObject({ second: 1 });
});

const NEVER = new AbortController().signal;
const idOf = (payload: string): string => /"id":"([^"]+)"/.exec(payload)?.[1] ?? '';
