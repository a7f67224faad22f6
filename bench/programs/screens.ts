import { connect } from 'mqtt';
import { io } from 'socket.io-client';
import WebSocket from 'ws';
import { z } from 'zod';

/*
 * A sensor and the screens that hear of it, in one process, so that one clock measures: each event carries when it was
 * said, and each screen notes how much later it came. Says `ready`, and at the end `times`, in milliseconds.
 *   screens.ts gateway HTTP-URL MQTT-URL TOKEN DEVICE COUNT EVENTS EVERY-MS
 *   screens.ts bare    WS-URL   -        -     BYTES  COUNT EVENTS EVERY-MS
 */
const [kind = '', url = '', mqttUrl = '', token = '', subject = '', ...numbers] = process.argv.slice(2);
const [count = 0, events = 0, everyMs = 0] = numbers.map(Number);
/** The first events find cold code and empty buffers on both sides. */
const WARM_UP = 20;
const QUIET_MS = 1_000;

const clockMs = (): number => Number(process.hrtime.bigint()) / 1e6;
const times: number[] = [];
let sample = '';

function heard(message: unknown): void {
  const at = clockMs();
  const { text } = Told.parse(message).alarm;
  const [order = 0, saidAt = 0] = text.split('@').map(Number);
  if (order >= WARM_UP) times.push(at - saidAt);
}
const Told = z.object({ alarm: z.object({ text: z.string() }) });

async function openGateway(): Promise<(text: string) => void> {
  const sockets = Array.from({ length: count }, () =>
    io(`${url}/live`, { auth: { token }, transports: ['websocket'], forceNew: true, reconnection: false }),
  );
  await Promise.all(
    sockets.map((socket) => new Promise((resolve) => socket.once('connect', () => resolve(undefined)))),
  );
  for (const socket of sockets) await socket.emitWithAck('subscribe', {});
  for (const socket of sockets) socket.on('change', heard);
  sockets[0]?.on('change', (change: unknown) => {
    sample = JSON.stringify(change);
  });
  const sensor = connect(mqttUrl, { clientId: 'sensor' });
  await new Promise((resolve) => sensor.once('connect', resolve));
  return (text) => {
    const event = { id: text, type: 'railway.perimeter.intrusion', at: new Date().toISOString(), active: true, text };
    sensor.publish(`fengsui/v1/${subject}/event`, JSON.stringify(event), { qos: 1 });
  };
}

/** The same bytes by the barest means: a message of the gateway's size, sent to all as it came. */
async function openBare(): Promise<(text: string) => void> {
  const sockets = Array.from({ length: count }, () => new WebSocket(url, { perMessageDeflate: false }));
  for (const socket of sockets) socket.on('message', (data: Buffer) => heard(JSON.parse(data.toString())));
  const sensor = new WebSocket(`${url}/sensor`, { perMessageDeflate: false });
  await Promise.all([...sockets, sensor].map((socket) => new Promise((resolve) => socket.once('open', resolve))));
  return (text) => {
    const message = JSON.stringify({ alarm: { text }, filling: '' });
    sensor.send(
      JSON.stringify({ alarm: { text }, filling: 'x'.repeat(Math.max(0, Number(subject) - message.length)) }),
    );
  };
}

const speak = kind === 'gateway' ? await openGateway() : await openBare();
process.send?.(['ready', count]);
for (let at = 0; at < events; at += 1) {
  speak(`${at}@${clockMs()}`);
  await new Promise((resolve) => setTimeout(resolve, everyMs));
}
const wanted = (events - WARM_UP) * count;
for (let quiet = 0, before = -1; times.length < wanted && quiet < 3; quiet += before === times.length ? 1 : 0) {
  before = times.length;
  await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}
process.send?.(['times', { times, bytes: sample.length, lost: wanted - times.length }], () => process.exit(0));
