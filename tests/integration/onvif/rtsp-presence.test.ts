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
