import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import WebSocket from 'ws';
import { z } from 'zod';
import { stamped } from './hearing.ts';

/*
 * The sensors of a city. Told what to do by messages, each answered by one of the same name:
 *   gateway {url, sensors}          → {}: connected to the gateway's broker
 *   bare {url, sensors, bytes}      → {}: connected to the bare broadcast, to which only what screens hear of is sent
 *   say {perSecond, changes, ms}    → {from, to}: has said so much, of which `changes` a second are events of their own;
 *                                     they bear the numbers from `from` on and below `to`.
 *                                     Answered when all is acknowledged
 *   stay / stop → the same without an end, until `stop`, which answers {from, to}
 */
const Sensors = z.array(z.object({ id: z.string(), type: z.string(), channels: z.array(z.number()) }));
type Sensor = z.infer<typeof Sensors>[number];
const Pace = z.object({ perSecond: z.number(), changes: z.number(), ms: z.number() });

const STEP_MS = 20;
const CONNECTIONS = 4;
/** For the last acknowledgements. */
const WITHIN_MS = 30_000;
/** What is said beside the events, by turns: measured values, the last event once more, and that it is there. */
type Speech = Readonly<{
  event: (sensor: Sensor, order: number) => void;
  other: (sensor: Sensor, turn: number) => void;
}>;

let sensors: Sensor[] = [];
let speech: Speech | undefined;
let order = 0;
let turn = 0;
let isStopping = false;
let unacknowledged = 0;

async function overMqtt(url: string): Promise<Speech> {
  const hosts = Array.from({ length: CONNECTIONS }, (_, at) =>
    connect(url, { clientId: `host-${at}`, clean: false, reconnectPeriod: 200 }),
  );
  await Promise.all(hosts.map((host) => new Promise((resolve) => host.once('connect', resolve))));
  const last = new Map<Sensor, string>();
  const publish = (sensor: Sensor, word: string, payload: string): void => {
    const host: MqttClient | undefined = hosts[sensors.indexOf(sensor) % CONNECTIONS];
    unacknowledged += 1;
    host?.publish(`fengsui/v1/${sensor.id}/${word}`, payload, { qos: 1 }, () => (unacknowledged -= 1));
  };
  return {
    event(sensor, number) {
      const text = stamped(number);
      const payload = JSON.stringify({ id: text, type: sensor.type, at: new Date().toISOString(), active: true, text });
      last.set(sensor, payload);
      publish(sensor, 'event', payload);
    },
    other(sensor, number) {
      const again = last.get(sensor);
      if (number % 3 === 0) publish(sensor, 'telemetry', JSON.stringify({ values: { mm: number % 100 } }));
      else if (number % 3 === 1 && again !== undefined) publish(sensor, 'event', again);
      else publish(sensor, 'status', 'online');
    },
  };
}

async function overWebSocket(url: string, bytes: number): Promise<Speech> {
  const socket = new WebSocket(`${url}/sensor`, { perMessageDeflate: false });
  await once(socket, 'open');
  return {
    event({ channels }, number) {
      const message = { seq: number + 1, alarm: { text: stamped(number) }, filling: '' };
      message.filling = 'x'.repeat(Math.max(0, bytes - JSON.stringify(message).length));
      socket.send(JSON.stringify({ channels, message: JSON.stringify(message) }));
    },
    other: () => undefined,
  };
}

/** By the clock and not by the step: a late timer is made up for. */
async function say({ perSecond, changes, ms }: z.infer<typeof Pace>): Promise<{ from: number; to: number }> {
  if (speech === undefined) throw new Error('there is nobody to talk to');
  const [from, startedAt] = [order, performance.now()];
  let said = 0;
  for (let atMs = 0; atMs < ms && !isStopping; atMs = performance.now() - startedAt) {
    for (const due = Math.floor((Math.min(atMs, ms) / 1000) * perSecond); said < due; said += 1) {
      turn += 1;
      const sensor = sensors[turn % sensors.length];
      if (sensor === undefined) continue;
      if (said % (perSecond / changes) === 0) speech.event(sensors[order % sensors.length] ?? sensor, order++);
      else speech.other(sensor, turn);
    }
    await sleep(STEP_MS);
  }
  isStopping = false;
  const until = performance.now() + WITHIN_MS;
  while (unacknowledged > 0 && performance.now() < until) await sleep(STEP_MS);
  return { from, to: order };
}

let staying: Promise<unknown> = Promise.resolve();
async function act(name: string, value: unknown): Promise<unknown> {
  switch (name) {
    case 'gateway':
    case 'bare': {
      const told = z.object({ url: z.string(), sensors: Sensors, bytes: z.number().default(0) }).parse(value);
      sensors = told.sensors;
      speech = name === 'gateway' ? await overMqtt(told.url) : await overWebSocket(told.url, told.bytes);
      return {};
    }
    case 'say':
      return say(Pace.parse(value));
    case 'stay':
      staying = say({ ...Pace.omit({ ms: true }).parse(value), ms: Number.MAX_SAFE_INTEGER });
      return {};
    default:
      isStopping = true;
      return staying;
  }
}

process.on('message', (message: unknown) => {
  const [name, value] = z.tuple([z.string(), z.unknown()]).parse(message);
  void act(name, value).then((answer) => process.send?.([name, answer ?? {}]));
});
process.on('disconnect', () => process.exit(0));
