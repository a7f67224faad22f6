import { expect, it, onTestFinished } from 'vitest';
import type { DeviceReport, TestAlarm } from '../../../gateway/http/contract/onboarding.ts';
import type { AlarmStats, DeviceStats } from '../../../gateway/http/contract/stats.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { ADMIN_PASSWORD, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: 'the-camera-and-nobody' };
const REGION = '360902001000';

/** A gateway whose adapter speaks to one simulated camera. */
async function siteWith(quirks: Parameters<SimulatedCamera['misbehave']>[0] = {}) {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN });
  camera.misbehave(quirks);
  onTestFinished(() => camera.stop());
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  directory.put(cameraDevice('gate', camera.onvifUrl, { connection: { url: camera.onvifUrl, ...LOGIN } }));
  const adapter = onvifAdapter(directory, intake);
  await adapter.start();
  onTestFinished(() => adapter.stop());
  await expect.poll(() => adapter.status()[0]?.state, { timeout: 5_000, interval: 10 }).not.toBe('connecting');
  const gateway = await startHttpGateway(onTestFinished, { cameras: adapter });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const record = { kind: 'camera', profile: 'onvif', name: '东门', region: REGION };
  await admin.put('/devices/gate', { ...record, connection: { url: camera.onvifUrl, ...LOGIN } });
  return { camera, gateway, admin };
}

it('reports on a camera: how it is reached, how its events come, its clock, streams and what to mend', async () => {
  const { admin } = await siteWith({ clockOffsetMs: -3_600_000 });
  const report = (await admin.get('/devices/gate/report')).body as DeviceReport;
  expect(report).toMatchObject({ reachable: true, state: 'subscribed', events: 'pull', conformance: ['S'], ptz: true });
  expect(report.clockOffsetMs).toBeLessThan(-3_590_000);
  expect(report.services).toEqual(expect.arrayContaining(['media', 'events']));
  expect(report.streams.map(({ codec }) => codec)).toContain('H264');
  expect(report.advice.map(({ code }) => code)).toEqual(['clock-off']);
  expect(report.advice[0]?.action.zh).toContain('NTP');
});

it('says what is wrong with a camera that refuses its account, and of a device that is no camera', async () => {
  const { admin } = await siteWith({ refuseAccount: true });
  const report = (await admin.get('/devices/gate/report')).body as DeviceReport;
  expect(report).toMatchObject({ reachable: false, state: 'not-authorized', events: 'unknown' });
  expect(report.advice.map(({ code }) => code)).toEqual(['not-authorized']);
  expect((await admin.get('/devices/zs-door-1/report')).body).toMatchObject({ state: 'offline', streams: [] });
  expect((await admin.get('/devices/nobody/report')).status).toBe(404);
});

it('shows each leg of a test alarm', async () => {
  const { admin, camera, gateway } = await siteWith();
  const run = (await admin.post('/devices/gate/test-alarm')).body as TestAlarm;
  expect(run.legs.map(({ leg, ok }) => [leg, ok])).toEqual([
    ['camera', true],
    ['gateway', true],
    ['journal', true],
    ['screen', true],
  ]);
  expect(gateway.journal.queries.alarm(run.alarm ?? '')).toMatchObject({ type: 'device.test', device: 'gate' });
  expect(gateway.journal.read((run.seq ?? 0) - 1, 1)[0]?.entry.kind).toBe('raised');
  await camera.stop();
  const dead = (await admin.post('/devices/gate/test-alarm')).body as TestAlarm;
  expect(dead.legs[0]).toMatchObject({ leg: 'camera', ok: false });
  expect(dead.legs.slice(1).every(({ ok }) => ok)).toBe(true);
});

it('counts what is intact, and how quickly alarms were taken, within the scope of who asks', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const seat = await person(gateway, 'seat-yz');
  await gateway.intake.accept([
    { kind: 'status', device: 'yz-fence-k812', online: true },
    { kind: 'status', device: 'camera-k812', online: true },
    { kind: 'signal', device: 'camera-k812', type: 'device.video.loss', active: true },
  ]);
  expect((await admin.get('/stats/devices')).body as DeviceStats).toMatchObject({
    ...{ total: 3, online: 2, offline: 1, intact: 1, intactRate: 1 / 3 },
    byKind: { camera: { total: 1, online: 1, intact: 0 }, access: { offline: 1 } },
    byRegion: [
      { region: YUANZHOU, total: 2, intact: 1 },
      { region: ZHANGSHU, total: 1, intact: 0 },
    ],
  });
  expect((await admin.get(`/stats/devices?region=${YUANZHOU},${ZHANGSHU}`)).body).toMatchObject({
    byRegion: [
      { region: YUANZHOU, total: 2 },
      { region: ZHANGSHU, total: 1 },
    ],
  });
  expect((await seat.get('/stats/devices')).body).toMatchObject({ total: 2, byRegion: [{ region: REGION, total: 2 }] });
  expect((await seat.get(`/stats/devices?region=${ZHANGSHU}`)).status).toBe(403);

  const alarm = await gateway.raise();
  gateway.advance(90_000);
  const acted = await admin.post(`/alarms/${alarm.id}/acknowledge`, { version: alarm.version });
  expect(acted.status).toBe(200);
  const stats = (await seat.get('/stats/alarms')).body as AlarmStats;
  expect(stats).toMatchObject({
    ...{ total: 2, isWhole: true, byState: { acknowledged: 1, new: 1 } },
    byType: expect.arrayContaining([{ type: 'railway.perimeter.intrusion', count: 1 }]),
    response: { accept: { count: 1 }, arrive: { count: 0 } },
  });
  expect(stats.response.accept.p50Ms).toBeGreaterThanOrEqual(90_000);
  expect((await admin.get(`/stats/alarms?region=${ZHANGSHU}`)).body).toMatchObject({ total: 0 });
  expect((await admin.get('/stats/alarms?from=2030-01-01T00:00:00Z&to=2029-01-01T00:00:00Z')).status).toBe(400);
});

it('finds the sign-in of a camera in its group, keeps it sealed, and never shows it', async () => {
  const { admin, gateway, camera } = await siteWith();
  const record = { kind: 'camera', profile: 'onvif', name: '西门', region: REGION, settings: { credentials: 'east' } };
  await admin.put('/devices/west', { ...record, connection: { url: camera.onvifUrl } });
  const items = [{ username: 'admin', password: 'wrong-first-one' }, LOGIN];
  expect((await admin.put('/credential-groups/east', { items })).status).toBe(204);
  await expect
    .poll(() => gateway.registry.find('west')?.connection?.username, { timeout: 8_000, interval: 50 })
    .toBe('admin');
  expect(gateway.registry.find('west')?.connection).toEqual({ url: camera.onvifUrl, ...LOGIN });
  expect((await admin.get('/credential-groups')).body).toEqual({ items: [{ name: 'east', count: 2, devices: 1 }] });
  const log = JSON.stringify(gateway.journal.read(0, 1_000));
  expect(log).not.toContain(LOGIN.password);
  expect(log).not.toContain('wrong-first-one');
});
