import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { OnvifAdapter } from '../../../adapters/onvif/adapter.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: '密码 Fengsui-1' };
let camera: SimulatedCamera;
let adapter: OnvifAdapter;
const [directory, intake] = [new TestDirectory(), new TestIntake()];

beforeAll(async () => {
  camera = await startCamera({ id: 'gate', name: '东门 1 号', ...LOGIN });
  const rtspPort = new URL(camera.rtspUrl('main')).port;
  directory.put(
    cameraDevice('gate', camera.onvifUrl, { tags: [`port:${rtspPort}`] }),
    cameraDevice('old', camera.rtspUrl('main'), { profile: 'rtsp', tags: [`sub:${camera.rtspUrl('sub')}`] }),
  );
  adapter = onvifAdapter(directory, intake);
  await adapter.start();
  await vi.waitFor(() => expect(camera.subscriptions()).toBe(1), { timeout: 10_000 });
});
afterAll(async () => {
  await adapter.stop();
  await camera.stop();
});

it('says what the camera can do, with addresses on the host that was entered', async () => {
  const described = await adapter.describe('gate');
  expect(described).toMatchObject({ ok: true, value: { device: 'gate', hasPtz: true } });
  const profiles = described.ok ? described.value.profiles : [];
  expect(profiles.map(({ width, height, encoding }) => [width, height, encoding])).toEqual([
    [1280, 720, 'H264'],
    [640, 360, 'H264'],
  ]);
  expect(profiles.map(({ url }) => url)).toEqual([camera.rtspUrl('main'), camera.rtspUrl('sub')]);
});

it('gives the video plane the large and the small stream, credentials apart', async () => {
  const [main, sub] = [await adapter.source('gate', 'main'), await adapter.source('gate', 'sub')];
  expect(main).toEqual({
    ok: true,
    value: { camera: 'gate', quality: 'main', connection: { ...LOGIN, url: camera.rtspUrl('main') } },
  });
  expect(sub).toMatchObject({ ok: true, value: { quality: 'sub', connection: { url: camera.rtspUrl('sub') } } });
  expect(await adapter.source('old', 'sub')).toMatchObject({
    ok: true,
    value: { connection: { ...LOGIN, url: camera.rtspUrl('sub') } },
  });
  expect(await adapter.source('nobody', 'main')).toMatchObject({ ok: false, error: { reason: 'unknown-device' } });
});

it('brings its events as signals: a pulse, and a state that opens and clears', async () => {
  const before = intake.of('signal', 'gate').length;
  camera.raise('RuleEngine/LineDetector/Crossed', { data: { ObjectId: 7 } });
  camera.setProperty('RuleEngine/FieldDetector/ObjectsInside', { data: { ObjectId: 8, IsInside: true } });
  camera.setProperty('RuleEngine/FieldDetector/ObjectsInside', { data: { ObjectId: 8, IsInside: false } });
  await intake.until(() => intake.of('signal', 'gate').length >= before + 3);
  const [crossed, entered, left] = intake.of('signal', 'gate').slice(before);
  expect(crossed).toMatchObject({ type: 'tns1:RuleEngine/LineDetector/Crossed' });
  expect(crossed).not.toHaveProperty('active');
  expect(entered).toMatchObject({ type: 'tns1:RuleEngine/FieldDetector/ObjectsInside', active: true });
  expect(left).toMatchObject({ type: 'tns1:RuleEngine/FieldDetector/ObjectsInside', active: false });
  expect(Math.abs((crossed?.at ?? 0) - Date.now())).toBeLessThan(5_000);
});

it('turns the camera, and stops it', async () => {
  expect(await adapter.ptz('gate', { act: 'move', move: { pan: 1, tilt: 0.5, zoom: 0 }, timeoutMs: 5_000 })).toEqual({
    ok: true,
    value: undefined,
  });
  await expect.poll(() => camera.ptzPosition().pan).toBeGreaterThan(0.01);
  expect(await adapter.ptz('gate', { act: 'stop' })).toEqual({ ok: true, value: undefined });
  const stopped = camera.ptzPosition();
  expect(stopped.tilt).toBeGreaterThan(0);
  expect(camera.ptzPosition()).toEqual(stopped);
  expect(await adapter.ptz('gate', { act: 'preset', preset: '</PresetToken><x>' })).toMatchObject({
    ok: false,
    error: { reason: 'not-supported' },
  });
  expect(await adapter.ptz('old', { act: 'stop' })).toMatchObject({ ok: false, error: { reason: 'not-supported' } });
});

it('takes a snapshot, by HTTP digest, that is a whole JPEG', async () => {
  const picture = await adapter.snapshot('gate');
  if (!picture.ok) throw new Error(picture.error.text);
  expect([...picture.value.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  expect(picture.value.length).toBeGreaterThan(1_000);
});

it('subscribes again after the camera lost its power, and goes on', async () => {
  const before = intake.of('signal', 'gate').length;
  await camera.reboot();
  await expect.poll(() => camera.subscriptions(), { timeout: 20_000 }).toBe(1);
  camera.raise('RuleEngine/LineDetector/Crossed', { data: { ObjectId: 9 } });
  await intake.until(() => intake.of('signal', 'gate').length > before);
  expect(intake.of('signal', 'gate').at(-1)).toMatchObject({ type: 'tns1:RuleEngine/LineDetector/Crossed' });
});

it('flags a wrong password, and leaves the camera alone for a while', async () => {
  directory.put(
    cameraDevice('wrong', camera.onvifUrl, {
      connection: { url: camera.onvifUrl, username: 'admin', password: 'wrong' },
    }),
  );
  const stateOf = () => adapter.status().find(({ device }) => device === 'wrong');
  await expect.poll(() => stateOf()?.state, { timeout: 10_000 }).toBe('not-authorized');
  expect(stateOf()?.fault).toContain('not-authorized');
  expect(await adapter.snapshot('wrong')).toMatchObject({ ok: false, error: { reason: 'not-authorized' } });
  directory.remove('wrong');
});

it('gives the streams of a fixed camera, which has no PTZ in its profiles', async () => {
  const fixed = await startCamera({ id: 'fixed', name: 'Fixed', ...LOGIN, hasPtz: false });
  const tags = [`port:${new URL(fixed.rtspUrl('main')).port}`];
  directory.put(cameraDevice('fixed', fixed.onvifUrl, { tags }));
  await vi.waitFor(async () => expect(await adapter.source('fixed', 'main')).toMatchObject({ ok: true }));
  expect(await adapter.describe('fixed')).toMatchObject({ ok: true, value: { hasPtz: false } });
  directory.remove('fixed');
  await fixed.stop();
});

it('gives the subscription back when it stops', async () => {
  expect(camera.subscriptions()).toBe(1);
  await adapter.stop();
  expect(camera.subscriptions()).toBe(0);
});

it('answers with the length of its answer, for clients that know no other way', async () => {
  const body =
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><GetSystemDateAndTime xmlns="http://www.onvif.org/ver10/device/wsdl"/></s:Body></s:Envelope>';
  const answer = await fetch(camera.onvifUrl, { method: 'POST', body });
  expect(Number(answer.headers.get('content-length'))).toBe((await answer.arrayBuffer()).byteLength);
});
