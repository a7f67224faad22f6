import pino from 'pino';
import { expect, it } from 'vitest';
import { createVendors } from '../../../adapters/vendor/vendors.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { EventStreamDevice } from '../../../simulators/vendors/event-stream.ts';
import { FenceHost } from '../../../simulators/vendors/fence-host.ts';
import { houseOf } from '../../parts/codec-house.ts';
import { TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import type { OnFinished } from '../../parts/temporary-folder.ts';

const CREDENTIALS = { username: 'fengsui', password: 'only-for-tests' };
const SETTINGS = { host: '127.0.0.1', ports: {}, secrets: {} };
const QUICK = { backoffLeastMs: 5, backoffMostMs: 20, notAuthorizedMs: 60_000, answerMs: 2_000 };

const device = (id: string, profile: string, url: string, more: Partial<Device> = {}): Device => ({
  id,
  kind: 'camera',
  profile,
  name: id,
  region: '360902001001',
  place: {},
  connection: { url, ...CREDENTIALS },
  enabled: true,
  version: 1,
  ...more,
});

const alert = (eventType: string, eventState: string, count = 1): string =>
  `<EventNotificationAlert version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"><macAddress>00:00:5e:00:53:0a</macAddress><channelID>1</channelID><dateTime>2026-11-24T12:30:11+08:00</dateTime><activePostCount>${count}</activePostCount><eventType>${eventType}</eventType><eventState>${eventState}</eventState></EventNotificationAlert>`;

async function vendorsWith(onFinished: OnFinished, networks = ['127.0.0.0/8']) {
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  const active = new Set<string>();
  const find = (name: string) => directory.find(name);
  const house = houseOf(find, { isActive: (id, word) => active.has(`${id} ${word}`) });
  const vendors = await createVendors({
    ...{ settings: SETTINGS, deviceNetworks: networks, intake, directory, house },
    ...{ log: pino({ level: 'silent' }), now: Date.now, random: Math.random },
    ...{ streamTimes: QUICK, pollTimes: { everyMs: 5, withinMs: 200 } },
  });
  await vendors.start();
  onFinished(() => vendors.stop());
  const signals = () =>
    intake.reports.flatMap((one) => (one.kind === 'signal' ? [`${one.device} ${one.type} ${one.active}`] : []));
  const statuses = () =>
    intake.reports.flatMap((one) => (one.kind === 'status' ? [`${one.device} ${one.online}`] : []));
  return { directory, intake, vendors, active, signals, statuses };
}

async function streaming(onFinished: OnFinished, boundary?: string): Promise<EventStreamDevice> {
  const camera = new EventStreamDevice({ credentials: CREDENTIALS, ...(boundary === undefined ? {} : { boundary }) });
  await camera.open();
  onFinished(() => camera.close());
  return camera;
}

it('pulls an alert stream from when the camera is registered until it is removed', async ({ onTestFinished }) => {
  const camera = await streaming(onTestFinished);
  const { directory, intake, signals, statuses } = await vendorsWith(onTestFinished);
  directory.put(device('cam-1', 'isapi', camera.url));
  await intake.until(() => statuses().includes('cam-1 true'));
  expect(camera.asked).toEqual(['/ISAPI/Event/notification/alertStream']);
  expect(camera.refused).toBe(0);

  // the whole alarm is there at once, though no boundary follows and the length is wrong
  camera.send('application/xml; charset="UTF-8"', alert('VMD', 'active'), 7);
  await intake.until(() => signals().includes('cam-1 isapi:VMD true'));
  camera.send('image/jpeg', Buffer.alloc(300_000, 0x2d));
  camera.send('application/xml', alert('VMD', 'inactive'));
  await intake.until(() => signals().includes('cam-1 isapi:VMD false'));

  directory.remove('cam-1');
  while (camera.viewers > 0) await new Promise((resolve) => setImmediate(resolve));
});

it('comes back after a lost stream, and tells of a camera that stays away', async ({ onTestFinished }) => {
  const camera = await streaming(onTestFinished, 'myboundary');
  const { directory, intake, signals, statuses } = await vendorsWith(onTestFinished);
  directory.put(device('nvr-1', 'dahua', camera.url));
  await intake.until(() => statuses().includes('nvr-1 true'));
  await camera.close();
  await intake.until(() => statuses().includes('nvr-1 false'));
  await camera.open();
  await intake.until(() => statuses().filter((one) => one === 'nvr-1 true').length === 2);
  camera.send('text/plain', 'Code=VideoMotion;action=Start;index=0;data={\n   "Name" : "a;b"\n}\n\n', 3);
  await intake.until(() => signals().includes('nvr-1 dahua:VideoMotion true'));
});

it('offers an event again until the journal takes it, in order', async ({ onTestFinished }) => {
  const camera = await streaming(onTestFinished);
  const { directory, intake, signals } = await vendorsWith(onTestFinished);
  directory.put(device('cam-1', 'isapi', camera.url));
  await intake.until(() => intake.reports.length > 0);
  intake.refuse(true);
  camera.send('application/xml', alert('linedetection', 'active'));
  camera.send('application/xml', alert('linedetection', 'inactive'));
  await intake.until(() => intake.refusals > 0);
  intake.refuse(false);
  await intake.until(() => signals().length === 2);
  expect(signals()).toEqual(['cam-1 isapi:linedetection true', 'cam-1 isapi:linedetection false']);
});

it('asks a camera that refuses the password once, and no other host at all', async ({ onTestFinished }) => {
  const [camera, elsewhere] = [await streaming(onTestFinished), await streaming(onTestFinished)];
  const { directory, intake, statuses } = await vendorsWith(onTestFinished);
  const wrong = { url: camera.url, username: 'fengsui', password: 'wrong' };
  directory.put(device('cam-1', 'isapi', camera.url, { connection: wrong }));
  while (camera.refused === 0) await new Promise((resolve) => setImmediate(resolve));

  const lured = await streaming(onTestFinished);
  lured.redirectTo = `${elsewhere.url}/ISAPI/Event/notification/alertStream`;
  directory.put(device('cam-2', 'isapi', lured.url));
  await intake.until(() => statuses().includes('cam-2 false'));
  expect(elsewhere.asked).toEqual([]);
  expect(camera.refused).toBe(1);
});

it('calls nobody outside the device networks', async ({ onTestFinished }) => {
  const camera = await streaming(onTestFinished);
  const { directory, intake, statuses } = await vendorsWith(onTestFinished, ['10.0.0.0/8']);
  directory.put(device('cam-1', 'isapi', camera.url));
  await intake.until(() => statuses().includes('cam-1 false'));
  expect(camera.asked).toEqual([]);
});

it('polls a fence host: changes only, noise without a letter, silence as offline', async ({ onTestFinished }) => {
  const fence = new FenceHost(5);
  await fence.open();
  onTestFinished(() => fence.close());
  const { directory, intake, active, signals, statuses } = await vendorsWith(onTestFinished);
  const settings = { unit: 5, armedBit: 15 };
  directory.put(device('fence-1', 'fence-host', `tcp://127.0.0.1:${fence.port}`, { settings, kind: 'sensor' }));
  await intake.until(() => statuses().includes('fence-1 true'));
  expect(signals()).toEqual([]);

  fence.registers = [3, 21, 0, 68];
  await intake.until(() => signals().length === 2);
  const asked = fence.asked;
  while (fence.asked < asked + 3) await new Promise((resolve) => setImmediate(resolve));
  expect(signals()).toEqual(['fence-1 community.fence.intrusion true', 'fence-1 community.fence.cut true']);
  for (const type of ['community.fence.intrusion', 'community.fence.cut']) active.add(`fence-1 ${type}`);

  fence.registers = [0, 68, 0, 68];
  await intake.until(() => signals().length === 4);
  expect(signals().slice(2)).toEqual(['fence-1 community.fence.intrusion false', 'fence-1 community.fence.cut false']);

  fence.isNoisy = true;
  await intake.until(() => intake.reports.some(({ kind }) => kind === 'dead-letter'));
  fence.isNoisy = false;
  fence.isSilent = true;
  await intake.until(() => statuses().includes('fence-1 false'));
});
