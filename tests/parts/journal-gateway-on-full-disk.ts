import { connectAsync, type MqttClient } from 'mqtt';
import { z } from 'zod';
import { startGateway } from './gateway.ts';
import { mountSmallDisk } from './journal-small-disk.ts';

/*
 * A gateway with its embedded broker on a disk of 32 MiB that fills up while a fence sends events at QoS 1, and gets
 * room again. Prints what was acknowledged when; runs in a mount namespace of its own.
 */
const FENCE = 'yz-fence-k812';
const [folder = ''] = process.argv.slice(2);
const disk = mountSmallDisk(folder, 32);
const ending: (() => Promise<void>)[] = [];
const gateway = await startGateway({ dataDir: folder }, (end) => ending.push(end));
await gateway.signIn();
const place = { line: '沪昆线', km: 'K812+300', direction: 'down' };
const fence = { kind: 'railway', profile: 'fengsui', name: FENCE, region: '360902102000', place };
await gateway.call('PUT', `/api/v1/devices/${FENCE}`, fence);
const client = await connectAsync(gateway.mqttUrl, { clientId: FENCE, clean: false, reconnectPeriod: 50 });
ending.push(async () => void client.end(true));

let acknowledged = 0;
async function send(device: MqttClient, id: string): Promise<void> {
  const event = { id, type: 'railway.perimeter.intrusion', active: true };
  await device.publishAsync(`fengsui/v1/${FENCE}/event`, JSON.stringify(event), { qos: 1 });
  acknowledged += 1;
}

const hungUp = (): Promise<true> => new Promise((resolve) => client.once('close', () => resolve(true)));

/** Sends one event after the other until the gateway hangs up on one; answers how many were sent, and that one. */
async function sendUntilHungUp(from: number): Promise<Readonly<{ sent: number; last: Promise<void> }>> {
  const end = hungUp();
  for (let sent = from; ; sent += 1) {
    const last = send(client, `e${sent}`);
    if (await Promise.race([last.then(() => false), end])) return { sent, last };
  }
}

const ready = async () => {
  const response = await fetch(new URL('/readyz', gateway.url));
  const { parts } = z.object({ parts: z.array(z.looseObject({ name: z.string() })) }).parse(await response.json());
  return { status: response.status, journal: parts.find(({ name }) => name === 'journal') };
};

const before = await ready();
const BEFORE = 20;
for (let number = 1; number <= BEFORE; number += 1) await send(client, `e${number}`);
disk.fill();
const { sent, last } = await sendUntilHungUp(BEFORE + 1);
for (let times = 0; times < 5; times += 1) await hungUp(); // it comes back and is not let through
const full = { ...(await ready()), acknowledged };
disk.makeRoom();
await last;
const after = await ready();
const { items } = z
  .object({ items: z.array(z.object({ count: z.int() })) })
  .parse(await gateway.call('GET', '/api/v1/alarms?type=railway.perimeter.intrusion'));
for (const end of ending.reverse()) await end();
process.stdout.write(`${JSON.stringify({ before, sent, full, after, counted: items.map(({ count }) => count) })}\n`);
