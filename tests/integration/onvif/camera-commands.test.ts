import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OnvifAdapter } from '../../../adapters/onvif/adapter.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: '密码 Fengsui-1' };
let camera: SimulatedCamera;
let adapter: OnvifAdapter;
const [directory, intake] = [new TestDirectory(), new TestIntake()];

beforeAll(async () => {
  camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN, media2: 'H265' });
  const tags = [`port:${new URL(camera.rtspUrl('main')).port}`];
  directory.put(cameraDevice('gate', camera.onvifUrl, { tags }));
  adapter = onvifAdapter(directory, intake);
  await adapter.start();
});
afterAll(async () => {
  await adapter.stop();
  await camera.stop();
});

const ask = async (name: string, args: unknown = {}) => {
  const done = await adapter.command('gate', name, args);
  return done.ok ? done.value : done.error;
};

it('switches a relay, which the camera tells of', async () => {
  expect(await ask('relays')).toEqual({ result: [{ token: 'relay-1', mode: 'Bistable', idle: 'open' }] });
  expect(await ask('relay', { active: true })).toEqual({});
  expect(camera.relays().get('relay-1')).toBe(true);
  expect(await ask('relay', { token: 'relay-1', active: false })).toEqual({});
  expect(camera.relays().get('relay-1')).toBe(false);
  expect(await ask('relay', { token: 'relay-9', active: true })).toEqual({
    error: 'not-supported: no relay relay-9: relay-1',
  });
  expect(await ask('relay', { active: 'on' })).toEqual({ error: 'bad-answer: args.active: true or false' });
});

it('lists inputs and presets', async () => {
  expect(await ask('inputs')).toEqual({ result: ['input-1'] });
  expect(await ask('presets')).toMatchObject({ result: expect.any(Array) });
});

it('reads and sets the picture, brightness 0 included, and leaves the rest as it is', async () => {
  expect(await ask('imaging')).toEqual({
    result: { brightness: 50, saturation: 50, contrast: 50, sharpness: 50, irCutFilter: 'auto' },
  });
  expect(await ask('imaging', { brightness: 0, irCutFilter: 'off' })).toMatchObject({
    result: { brightness: 0, contrast: 50, irCutFilter: 'off' },
  });
  expect(await ask('imaging', { brightness: 500 })).toMatchObject({ error: expect.stringContaining('0 to 100') });
});

it('tells what the camera recorded, and where it is played from, on the host that was entered', async () => {
  expect(await ask('recordings')).toMatchObject({ result: { recordings: [{ token: 'recording-1', source: '东门' }] } });
  expect(await ask('replay', { recording: 'recording-1' })).toEqual({
    result: { url: camera.rtspUrl('main').replace('/main', '/replay') },
  });
});

it('names H.265 as Media2 does', async () => {
  const described = await adapter.describe('gate');
  expect(described).toMatchObject({
    ok: true,
    value: { profiles: [{ encoding: 'H265', url: camera.rtspUrl('main') }, { encoding: 'H265' }] },
  });
  expect((await adapter.snapshot('gate')).ok).toBe(true);
});

it('tells how its events are', async () => {
  expect(await ask('state')).toMatchObject({ result: { state: 'subscribed', dropped: {}, unknownTopics: {} } });
});

it('says which commands there are, and when nobody was reached', async () => {
  expect(await ask('explode')).toMatchObject({ reason: 'not-supported', text: expect.stringContaining('relay') });
  expect(await adapter.command('nobody', 'relay', {})).toMatchObject({ ok: false, error: { reason: 'not-connected' } });
});

it('believes no host that a camera gives: services, subscription, snapshot, stream, replay', async () => {
  camera.misbehave({ foreignHost: '169.254.169.254' });
  await camera.reboot();
  await expect.poll(() => camera.subscriptions(), { timeout: 10_000 }).toBe(1);
  const described = await adapter.describe('gate');
  const urls = described.ok ? [described.value.snapshotUrl, ...described.value.profiles.map(({ url }) => url)] : [];
  expect(urls).toHaveLength(3);
  for (const url of urls) expect(new URL(url ?? 'http://none').hostname).toBe('127.0.0.1');
  expect((await adapter.snapshot('gate')).ok).toBe(true);
  expect(await ask('replay', { recording: 'recording-1' })).toEqual({
    result: { url: expect.stringContaining('rtsp://127.0.0.1:') },
  });
  camera.misbehave({});
});
