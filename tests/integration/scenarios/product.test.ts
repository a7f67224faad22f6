import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { startAccessController } from '../../../simulators/devices/access-controller.ts';
import { MqttDevice } from '../../../simulators/devices/mqtt-device.ts';
import { type RunningGateway, startGateway } from '../../parts/gateway.ts';
import { signIn } from '../../parts/http-gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/* Stories over the real gateway's HTTP and MQTT. Each has devices of its own. */

const Page = z.object({
  items: z.array(
    z.object({
      ...{ id: z.string(), type: z.string(), condition: z.string(), count: z.number(), version: z.number() },
      ...{ state: z.string(), incident: z.string().optional() },
    }),
  ),
});
const Told = z.object({
  history: z.array(z.object({ kind: z.string(), by: z.string().optional(), note: z.string().optional() })),
});
const ADMIN = 'a password for tests';
const REGION = '360902100000';
const ends: (() => Promise<void>)[] = [];
const around: { gateway?: RunningGateway } = {};

beforeAll(async () => {
  const folder = await temporaryFolder((end) => ends.push(end));
  around.gateway = await startGateway({ dataDir: folder }, (end) => ends.push(end));
  await around.gateway.signIn();
}, 60_000);
afterAll(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function house(): RunningGateway {
  if (around.gateway === undefined) throw new Error('the gateway did not start');
  return around.gateway;
}

async function device(id: string, more: Record<string, unknown>): Promise<MqttDevice> {
  await register(id, more);
  const opened = await MqttDevice.open({ mqttUrl: house().mqttUrl, id });
  onTestFinished(() => opened.stop());
  return opened;
}

const register = (id: string, more: Record<string, unknown>) =>
  house().call('PUT', `/api/v1/devices/${id}`, {
    profile: 'fengsui',
    name: id,
    region: REGION,
    enabled: true,
    place: {},
    ...more,
  });

const alarmsOf = async (id: string) => Page.parse(await house().call('GET', `/api/v1/alarms?device=${id}`)).items;
const active = async (id: string): Promise<readonly string[]> =>
  (await alarmsOf(id))
    .filter(({ condition }) => condition === 'active')
    .map(({ type }) => type.replace('railway.cattle.', ''))
    .sort();

it('cattle walk to the track and back: alarms in steps, each once, cleared, and no flapping on 5 m of jitter', async () => {
  const clock = { now: Date.now() - 3_600_000 };
  await register('collar-1', { kind: 'sensor', tags: ['collar'] });
  const collar = await MqttDevice.open({ mqttUrl: house().mqttUrl, id: 'collar-1', now: () => clock.now });
  onTestFinished(() => collar.stop());
  const stand = async (metres: number): Promise<void> => {
    clock.now += 60_000;
    await collar.telemetry({ lng: 114.562, lat: 27.8123 + metres / 111_195 });
  };
  const steps: readonly (readonly [number, readonly string[]])[] = [
    [400, []],
    [198, ['warning']],
    [20, ['danger', 'warning']],
    [3, ['danger', 'on-track', 'warning']],
    [60, ['warning']],
    [400, []],
  ];
  for (const [metres, expected] of steps) {
    await stand(metres);
    await vi.waitFor(async () => expect(await active('collar-1')).toEqual(expected), { timeout: 10_000 });
    // it stands there, and its position shakes by 5 m
    for (const shake of [4, -4, 5, -5]) await stand(metres + shake);
  }
  const alarms = await alarmsOf('collar-1');
  expect(alarms.map(({ type, count }) => `${type} ${count}`).sort()).toEqual([
    'railway.cattle.danger 1',
    'railway.cattle.on-track 1',
    'railway.cattle.warning 1',
  ]);
  // one card of the walk: the gravest heads, the milder stand behind it, and nobody's work was done for them
  const heads = alarms.filter(({ id, incident }) => incident === undefined || incident === id);
  expect(heads.map(({ type }) => type)).toEqual(['railway.cattle.on-track']);
  expect(alarms.every(({ state }) => state === 'new')).toBe(true);
  const mildest = alarms.find(({ type }) => type === 'railway.cattle.warning');
  const { history } = Told.parse(await house().call('GET', `/api/v1/alarms/${mildest?.id}`));
  expect(history).toMatchObject([
    { kind: 'raised' },
    { kind: 'incident-joined', by: '升级接替', note: expect.stringContaining('耕牛进入保护区') },
    { kind: 'incident-joined', by: '升级接替', note: expect.stringContaining('耕牛上道') },
    { kind: 'cleared' },
  ]);
});

it('a compound that is disarmed by day tells of nobody, and of everybody once it is armed again', async () => {
  const compound = '秀江名苑';
  const fence = await device('fence-east', { kind: 'sensor', compound });
  const smoke = await device('smoke-3', { kind: 'sensor', compound });
  const hours = { spans: [{ days: 'every', from: '00:00', to: '24:00' }] };
  const plan = { zh: '秀江名苑', en: 'Xiujiang', where: { compounds: [compound], types: ['community.fence.'] }, hours };
  await house().call('PUT', '/api/v1/arming/xiujiang', { ...plan, where: { ...plan.where, regions: [REGION] } });
  const until = new Date(Date.now() + 3_600_000).toISOString();
  await house().call('POST', '/api/v1/arming/xiujiang/override', { armed: false, until, version: 1 });
  await fence.event({ type: 'community.fence.intrusion', active: true });
  await smoke.event({ type: 'community.fire.smoke', active: true });
  await vi.waitFor(async () => expect(await alarmsOf('smoke-3')).toHaveLength(1), { timeout: 10_000 });
  expect(await alarmsOf('fence-east')).toEqual([]);
  await house().call('POST', '/api/v1/arming/xiujiang/override', { armed: true, until, version: 2 });
  await fence.event({ type: 'community.fence.intrusion', active: true });
  await vi.waitFor(async () => expect(await alarmsOf('fence-east')).toHaveLength(1), { timeout: 10_000 });
});

it('two operators and one door: the first has it, the second is told, and the door opens once for each order', async () => {
  await register('door-1', { kind: 'access' });
  const door = await startAccessController({ mqttUrl: house().mqttUrl, id: 'door-1' });
  onTestFinished(() => door.stop());
  for (const username of ['seat-a', 'seat-b'])
    await house().call('POST', '/api/v1/users', {
      ...{ username, password: 'a long enough password', role: 'dispatcher', regions: [REGION] },
    });
  await door.force();
  const [alarm] = await vi.waitFor(
    async () => {
      const alarms = await alarmsOf('door-1');
      expect(alarms).toHaveLength(1);
      return alarms;
    },
    { timeout: 10_000 },
  );
  const seats = await Promise.all(
    ['seat-a', 'seat-b'].map((name) => signIn(house().url, name, 'a long enough password')),
  );
  const answers = await Promise.all(
    seats.map((seat) => seat.post(`/alarms/${alarm?.id}/acknowledge`, { version: alarm?.version })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const late = answers.find(({ status }) => status === 409);
  expect(late?.body).toMatchObject({ type: 'fengsui:conflict', alarm: { id: alarm?.id, state: 'acknowledged' } });
  expect(door.bolt()).toBe('locked');
  const admin = await signIn(house().url, 'admin', ADMIN);
  const orders = await Promise.all(
    [1, 2].map(() => admin.post('/devices/door-1/commands', { name: 'open', args: {} })),
  );
  expect(orders.map(({ status }) => status)).toEqual([200, 200]);
  expect(door.bolt()).toBe('open');
});
