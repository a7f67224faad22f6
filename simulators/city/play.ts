import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import { messageOf, type Saying } from './saying.ts';
import type { Story } from './story.ts';

export type PlayOptions = Readonly<{
  mqttUrl: string;
  username?: string;
  password?: string;
  /** Connections that the devices share, as they do behind bridges. */
  connections: number;
  /** 10 plays ten times as fast. */
  speed: number;
  signal: AbortSignal;
  /** Called after each second of the story. */
  onSecond?: (progress: CityProgress) => void;
}>;
/** `behindMs` is how much later than its time the last second was with the broker. */
export type CityProgress = Readonly<{ second: number; said: number; behindMs: number }>;

/**
 * Plays a story over real MQTT, each second at its time, at QoS 1: the next begins when the broker has all of it, so that
 * a slow one makes the city late and never fills this memory.
 */
export async function playCity(story: Story, options: PlayOptions): Promise<CityProgress> {
  const { mqttUrl, connections, speed, signal, onSecond, ...login } = options;
  const count = Array.from({ length: connections });
  const clients = await Promise.all(
    count.map((_, at) => connectAsync(mqttUrl, { clientId: `city-${process.pid}-${at}`, ...loginOf(login) }, false)),
  );
  const startsAt = Date.now();
  let progress: CityProgress = { second: 0, said: 0, behindMs: 0 };
  try {
    for (const words of story.seconds()) {
      if (signal.aborted) break;
      const leftMs = startsAt + (progress.second * 1000) / speed - Date.now();
      if (leftMs > 0) await sleep(leftMs, undefined, { signal }).catch(() => undefined); // it stops at the next second
      await sayAll(clients, words, { startsAt, speed });
      const second = progress.second + 1;
      const behindMs = Math.max(0, Date.now() - startsAt - (second * 1000) / speed);
      progress = { second, said: progress.said + words.length, behindMs };
      onSecond?.(progress);
    }
  } finally {
    await Promise.all(clients.map((client) => client.endAsync()));
  }
  return progress;
}

const loginOf = ({ username, password }: Readonly<{ username?: string; password?: string }>) => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
});

/** A device keeps to its connection, so that its words stay in order. */
async function sayAll(
  clients: readonly MqttClient[],
  words: readonly Saying[],
  { startsAt, speed }: Readonly<{ startsAt: number; speed: number }>,
): Promise<void> {
  const said = words.map((word) => {
    const { topic, payload, retain } = messageOf({ ...word, atMs: word.atMs / speed }, startsAt);
    return clients[placeOf(word.device, clients.length)]?.publishAsync(topic, payload, { qos: 1, retain });
  });
  await Promise.all(said);
}

function placeOf(device: string, places: number): number {
  let sum = 0;
  for (let at = 0; at < device.length; at += 1) sum = (sum * 31 + device.charCodeAt(at)) >>> 0;
  return sum % places;
}
