import { createRequire } from 'node:module';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';

/*
 * The simulated camera is asked by clients that nobody here wrote: what it answers is ONVIF as others read it, and not
 * only as our own adapter does.
 */
const LOGIN = { username: 'admin', password: 'Fengsui-1' };
const load = createRequire(import.meta.url);
let camera: SimulatedCamera;

beforeAll(async () => {
  camera = await startCamera({ id: 'gate', name: 'East gate', ...LOGIN });
});
afterAll(() => camera.stop());

const Information = z.object({ Manufacturer: z.string(), Model: z.string(), SerialNumber: z.string() });

it('is known to node-onvif: device, profiles with their sizes, streams and PTZ', async () => {
  const { OnvifDevice } = load('node-onvif');
  const device = new OnvifDevice({ xaddr: camera.onvifUrl, user: LOGIN.username, pass: LOGIN.password });
  const info = Information.parse(await device.init());
  expect(info).toMatchObject({ Manufacturer: 'Fengsui', SerialNumber: 'gate' });
  const profiles = z
    .array(z.object({ token: z.string(), stream: z.object({ rtsp: z.string() }), snapshot: z.string() }))
    .parse(device.getProfileList());
  expect(profiles.map(({ token }) => token)).toEqual(['main', 'sub']);
  expect(profiles[0]?.stream.rtsp).toBe(camera.rtspUrl('main'));
  await device.ptzMove({ speed: { x: 1, y: 0, z: 0 }, timeout: 5 });
  await expect.poll(() => camera.ptzPosition().pan).toBeGreaterThan(0);
  await device.ptzStop();
});

it('is known to onvif-nvt: device, media and a pull-point of events', async () => {
  const manager = load('onvif-nvt');
  const { hostname, port } = new URL(camera.onvifUrl);
  const nvt = await manager.connect(hostname, Number(port), LOGIN.username, LOGIN.password);
  nvt.add('media');
  nvt.add('events');
  const body = z.object({ data: z.record(z.string(), z.unknown()) });
  const told = body.parse(await nvt.core.getDeviceInformation());
  expect(JSON.stringify(told.data)).toContain('Simulated camera');
  const profiles = body.parse(await nvt.media.getProfiles());
  expect(JSON.stringify(profiles.data)).toContain('main');
  const created = body.parse(await nvt.events.createPullPointSubscription());
  expect(JSON.stringify(created.data)).toContain('/onvif/subscription/');
  expect(camera.subscriptions()).toBe(1);
});
