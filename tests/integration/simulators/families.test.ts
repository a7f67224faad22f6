import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { DeadLetterPage } from '../../../gateway/http/contract/dead-letters.ts';
import { FAMILIES, familyOf, type SimulatedDevice, startDevice } from '../../../simulators/device.ts';
import type { Way } from '../../../simulators/family.ts';
import { freePort } from '../../parts/free-port.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { allSamples } from '../../parts/payload-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const TOKEN = 'fengsui-demo-token';
const SECRET = 'a-secret-of-tests-1';
const SOON = { timeout: 8_000, interval: 25 };
const WITHIN_MS = 40_000;
const ports = { jt808: 0, 'fire-panel': 0, 'contact-id': 0, gb28181: 0 };
const ends: (() => Promise<void> | void)[] = [];
let gateway: RunningGateway;

beforeAll(async () => {
  for (const family of ['jt808', 'fire-panel', 'contact-id', 'gb28181'] as const) ports[family] = await freePort();
  const keep = (end: () => Promise<void> | void): void => void ends.push(end);
  gateway = await startGateway(
    {
      dataDir: await temporaryFolder(keep),
      env: {
        FENGSUI_VENDORS_JT808_PORT: String(ports.jt808),
        FENGSUI_VENDORS_FIRE_PANEL_PORT: String(ports['fire-panel']),
        FENGSUI_VENDORS_CONTACT_ID_PORT: String(ports['contact-id']),
        FENGSUI_VENDORS_GB28181_PORT: String(ports.gb28181),
        FENGSUI_VENDORS_GB28181_SECRET: SECRET,
        FENGSUI_VENDORS_CTWING_SECRET: SECRET,
        FENGSUI_VENDORS_ONENET_TOKEN: TOKEN,
      },
    },
    keep,
  );
  await gateway.signIn();
});
afterAll(async () => {
  for (const end of ends.toReversed()) await end();
});

/** Where each calls the gateway, or stands itself. */
function toOf(family: string, { way }: Way): string {
  if (way === 'mqtt') return gateway.mqttUrl;
  if (way === 'http') return gateway.url;
  if (way === 'stream') return 'http://127.0.0.1:0';
  if (way === 'polled') return 'tcp://127.0.0.1:0';
  const port = ports[z.enum(['jt808', 'fire-panel', 'contact-id', 'gb28181']).parse(family)];
  return way === 'sip' ? `sip:127.0.0.1:${port}` : `tcp://127.0.0.1:${port}`;
}
const secretOf = (family: string): string => (family === 'onenet' ? TOKEN : SECRET);

async function standing(
  name: string,
): Promise<{ device: SimulatedDevice; raises: { device: string; type: string }; refused?: string }> {
  const one = await familyOf(name);
  const login = one.way === 'mqtt' ? {} : { secret: secretOf(name) };
  const device = await startDevice(one, { to: toOf(name, one), ...login });
  onTestFinished(device.stop);
  for (const { id, ...record } of device.records)
    await gateway.call('PUT', `/api/v1/devices/${id}`, await newer(id, record));
  await device.say('start');
  return { device, raises: one.raises, ...(one.refused === undefined ? {} : { refused: one.refused }) };
}

/** Over what an earlier test has registered. */
async function newer(id: string, record: object): Promise<object> {
  const { items } = z
    .object({ items: z.array(z.object({ id: z.string(), version: z.int() })) })
    .parse(await gateway.call('GET', '/api/v1/devices?limit=200'));
  const known = items.find((one) => one.id === id);
  return known === undefined ? record : { ...record, version: known.version };
}

const alarmsOf = async ({ device, type }: { device: string; type: string }) =>
  AlarmPage.parse(await gateway.call('GET', `/api/v1/alarms?device=${device}&type=${type}`)).items.map(
    ({ condition, count }) => `${condition} ${count}`,
  );
const lettersBy = async (reason: string): Promise<number> =>
  DeadLetterPage.parse(await gateway.call('GET', `/api/v1/dead-letters?reason=${reason}&limit=200`)).items.length;

it('has a simulator for every family whose payloads are told', () => {
  expect([...FAMILIES].sort()).toEqual(
    allSamples()
      .map(({ family }) => family)
      .sort(),
  );
});

describe('a simulated device of each family, against a running gateway', () => {
  it.each(FAMILIES)(
    '%s: raises its alarm, ends it, and what nobody can read is kept',
    async (name) => {
      const { device, raises, refused } = await standing(name);
      await device.say('heartbeat');
      await device.say('alarm');
      await expect.poll(() => alarmsOf(raises), SOON).toHaveLength(1);
      const [raised] = await alarmsOf(raises);
      if (await device.say('end')) {
        expect(raised).toBe('active 1');
        await expect.poll(() => alarmsOf(raises), SOON).toEqual(['cleared 1']);
      }
      const before = refused === undefined ? 0 : await lettersBy(refused);
      await device.say('malformed');
      if (refused !== undefined) await expect.poll(() => lettersBy(refused), SOON).toBeGreaterThan(before);
    },
    WITHIN_MS,
  );
});

/** What each is told over HTTP, and where it then answers. */
const COMMANDS = [
  ['fengsui', { name: 'siren', args: { on: true } }, 'fengsui/v1/sim-fengsui/reply', '"ok":true'],
  ['zigbee2mqtt', { name: 'set', args: { siren: 'ON' } }, 'zigbee2mqtt/模拟小区/1201/烟感', '"siren":"ON"'],
  ['tasmota', { name: 'power', args: { on: true } }, 'stat/tasmota_3A0799/RESULT', '{"POWER":"ON"}'],
  ['intercom', { name: 'open', args: {} }, 'DahuaVTO/DoorStatus/Event', '"Status":"Open"'],
  [
    'chirpstack',
    { name: 'downlink', args: { application: 'a-1', fPort: 85, data: 'AQ==' } },
    'application/a-1/device/24e1249360980099/event/txack',
    '24e1249360980099',
  ],
  [
    'thethings',
    { name: 'downlink', args: { application: 'hulu@yichun', fPort: 85, data: 'AQ==' } },
    'v3/hulu@yichun/devices/collar-0099/down/sent',
    'collar-0099',
  ],
] as const;

it.each(COMMANDS)('%s does what it is told, and says so', async (name, command, topic, words) => {
  const { device } = await standing(name);
  const ear = await connectAsync(gateway.mqttUrl);
  onTestFinished(async () => void ear.end(true));
  const heard: string[] = [];
  ear.on('message', (_topic, payload) => heard.push(payload.toString()));
  await ear.subscribeAsync(topic, { qos: 1 });
  await gateway.call('POST', `/api/v1/devices/${device.records.at(-1)?.id}/commands`, command);
  await expect.poll(() => heard.some((one) => one.includes(words)), SOON).toBe(true);
});

it('says nothing else that nobody can read', async () => {
  const letters = DeadLetterPage.parse(await gateway.call('GET', '/api/v1/dead-letters?limit=200')).items;
  const meant = (await Promise.all(FAMILIES.map(familyOf))).flatMap(({ refused }) => refused ?? []);
  expect(letters.map(({ reason }) => reason).sort()).toEqual(meant.sort());
});
