import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { DiscoveryDesk } from '../../../gateway/discovery-desk.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { ADMIN_PASSWORD, CITY, person, signIn, startHttpGateway } from '../../parts/http-gateway.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

it('looks for cameras for the administrator, one search at a time, leaves a line in the trail, and adds nothing', async () => {
  const camera = await startCamera({ id: 'new', name: 'new', username: 'admin', password: 'x', hasPtz: false });
  onTestFinished(() => camera.stop());
  const directory = new TestDirectory();
  directory.put(cameraDevice('known', 'http://127.0.0.1:1/'));
  const desk = new DiscoveryDesk({
    cameras: onvifAdapter(directory, new TestIntake()),
    directory,
    now: Date.now,
    log: pino({ level: 'silent' }),
  });
  onTestFinished(() => desk.stop());
  const gateway = await startHttpGateway(onTestFinished, { ports: { discovery: desk } });
  const admin = await signIn(gateway.url, 'admin', ADMIN_PASSWORD);

  expect((await admin.get('/discovery')).body).toEqual({ state: 'never', asked: 0, items: [] });
  const ports = [Number(new URL(camera.onvifUrl).port)];
  expect((await admin.post('/discovery', { ranges: ['10.0.0.0/8'] })).status).toBe(400);
  expect((await admin.post('/discovery', { ranges: ['127.0.0.1/32'], ports })).status).toBe(204);
  expect((await admin.post('/discovery', { ranges: [] })).status).toBe(409);
  const seen = async () => (await admin.get('/discovery')).body;
  await expect.poll(seen, { timeout: 10_000 }).toMatchObject({
    state: 'done',
    asked: 1,
    items: [{ address: '127.0.0.1', url: camera.onvifUrl, way: 'scan', device: 'known' }],
  });
  expect(directory.byProfile('onvif')).toHaveLength(1);

  const auditor = await person(gateway, 'lin', { role: 'auditor', regions: [CITY] });
  expect((await auditor.get('/audit')).body).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ act: 'device.discover', object: 'probe 127.0.0.1/32' })]),
  });
  const operator = await person(gateway, 'wang', { role: 'operator' });
  expect((await operator.post('/discovery', {})).status).toBe(403);
  expect((await operator.get('/discovery')).status).toBe(403);
});
