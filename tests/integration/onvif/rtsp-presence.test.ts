import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

it('tells whether an RTSP-only camera is there, though it refuses the stranger that asks', async () => {
  const camera = await startCamera({ id: 'old', name: 'Old', username: 'u', password: 'p', rtspOnly: true });
  onTestFinished(() => camera.stop());
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  const adapter = onvifAdapter(directory, intake, { knockTimes: { everyMs: 50, withinMs: 1_000 } });
  await adapter.start();
  onTestFinished(() => adapter.stop());
  const states = () => intake.of('status', 'old').map(({ online }) => online);

  directory.put(cameraDevice('old', camera.rtspUrl('main'), { profile: 'rtsp' }));
  await intake.until(() => states().length === 1);
  await camera.stop();
  await intake.until(() => states().length === 2);
  expect(states()).toEqual([true, false]);
});

it('asks no longer once the camera is switched off in the registry', async () => {
  const camera = await startCamera({ id: 'old', name: 'Old', username: 'u', password: 'p', rtspOnly: true });
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  const adapter = onvifAdapter(directory, intake, { knockTimes: { everyMs: 20, withinMs: 1_000 } });
  await adapter.start();
  onTestFinished(() => adapter.stop());
  const record = cameraDevice('old', camera.rtspUrl('main'), { profile: 'rtsp' });
  directory.put(record);
  await intake.until(() => intake.of('status').length === 1);
  directory.put({ ...record, enabled: false });
  await camera.stop();
  directory.put(cameraDevice('other', 'rtsp://127.0.0.1:1/', { profile: 'rtsp' })); // three of its rounds later …
  await intake.until(() => intake.of('status', 'other').length === 1);
  expect(intake.of('status', 'old').map(({ online }) => online)).toEqual([true]);
});

it('tells whether a camera behind a tunnel is there, by the answer to its GET', async () => {
  const asked: string[] = [];
  const proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.accept}`);
    response.writeHead(401).end();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  onTestFinished(() => void proxy.close());
  const [directory, intake] = [new TestDirectory(), new TestIntake()];
  const adapter = onvifAdapter(directory, intake, { knockTimes: { everyMs: 50, withinMs: 1_000 } });
  await adapter.start();
  onTestFinished(() => adapter.stop());
  const { port } = proxy.address() as AddressInfo;
  directory.put(cameraDevice('far', `http://127.0.0.1:${port}/live`, { profile: 'rtsp' }));
  await intake.until(() => intake.of('status', 'far').length === 1);
  expect(intake.of('status', 'far')).toMatchObject([{ online: true }]);
  expect(asked[0]).toBe('GET /live application/x-rtsp-tunnelled');
});
