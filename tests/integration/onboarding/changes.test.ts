import { expect, it, onTestFinished, vi } from 'vitest';
import type { DeviceChangeReport, Replaced, RotationJob } from '../../../gateway/http/contract/device-changes.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import type { Api } from '../../parts/api.ts';
import { ADMIN_PASSWORD, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';
import { onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';

const REGION = '360902001000';
const FIRST = secret('the-first-of-them');

async function startOne(id: string): Promise<SimulatedCamera> {
  const camera = await startCamera({ id, name: id, username: 'admin', password: FIRST });
  onTestFinished(() => camera.stop());
  return camera;
}

/** A gateway that may call cameras; the same folder is the same gateway, started again. */
async function site(folder?: string) {
  const adapter = onvifAdapter(new TestDirectory(), new TestIntake());
  onTestFinished(() => adapter.stop());
  const home = folder ?? (await temporaryFolder(onTestFinished));
  const gateway = await startHttpGateway(onTestFinished, { folder: home, cameras: adapter });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  return { gateway, admin, adapter, folder: home };
}
const put = (admin: Api, id: string, camera: SimulatedCamera) =>
  admin.put(`/devices/${id}`, {
    ...{ kind: 'camera', profile: 'onvif', name: id, region: REGION },
    connection: { url: camera.onvifUrl, username: 'admin', password: FIRST },
  });
async function rotated(admin: Api, ids: readonly string[], password?: string): Promise<RotationJob['items']> {
  const begun = await admin.post('/devices/passwords', { ids, password });
  expect(begun.status).toBe(202);
  const { id } = begun.body as { id: string };
  return await vi.waitFor(
    async () => {
      const job = (await admin.get(`/devices/passwords/${id}`)).body as RotationJob;
      expect(job.state).toBe('done');
      return job.items;
    },
    { timeout: 20_000, interval: 50 },
  );
}

it('gives cameras passwords of their own, and keeps what a camera’s rule refuses', async () => {
  const { gateway, admin, adapter } = await site();
  const [gate, yard] = [await startOne('gate'), await startOne('yard')];
  yard.misbehave({ refusesPasswords: true });
  await put(admin, 'gate', gate);
  await put(admin, 'yard', yard);
  const items = await rotated(admin, ['gate', 'yard', 'zs-door-1']);
  expect(items).toHaveLength(3);
  expect(items).toContainEqual({ id: 'gate', outcome: 'changed' });
  expect(items.find(({ id }) => id === 'yard')).toMatchObject({
    outcome: 'refused',
    text: expect.stringContaining('8 to 16'),
  });
  expect(items.find(({ id }) => id === 'zs-door-1')).toMatchObject({ outcome: 'refused' });
  const fresh = gateway.registry.find('gate')?.connection;
  expect(fresh?.password).not.toBe(FIRST);
  expect(fresh?.password).toMatch(/^[\w.!-]{16}$/);
  expect((await adapter.tryLogin(fresh ?? { url: '' })).ok).toBe(true);
  expect(gateway.registry.find('yard')?.connection?.password).toBe(FIRST);
  expect(JSON.stringify(gateway.journal.read(0, 10_000))).not.toContain(fresh?.password);
});

it('finds out which password holds where the camera died over it, also after the gateway did', async () => {
  const { gateway, admin, folder } = await site();
  const camera = await startOne('gate');
  await put(admin, 'gate', camera);
  const NEXT = secret('the-second-of-them');
  camera.misbehave({ diesAtSetUser: true });
  expect(await rotated(admin, ['gate'], NEXT)).toEqual([{ id: 'gate', outcome: 'changed' }]);
  expect(gateway.registry.find('gate')?.connection?.password).toBe(NEXT);

  // The camera takes the next one, and is gone before anybody can ask it; then the gateway stops.
  const THIRD = secret('the-third-of-them');
  camera.misbehave({ diesAtSetUser: true, spoilt: { operations: ['GetDeviceInformation'], by: 'reset' } });
  expect(await rotated(admin, ['gate'], THIRD)).toMatchObject([{ id: 'gate', outcome: 'unknown' }]);
  expect(gateway.registry.find('gate')?.connection?.password).toBe(NEXT);
  await gateway.stop();
  camera.misbehave({});
  const again = await site(folder);
  const known = () => ({
    password: again.gateway.registry.find('gate')?.connection?.password,
    pending: [...again.gateway.journal.queries.facts('password-pending/')],
  });
  await expect.poll(known, { timeout: 20_000 }).toEqual({ password: THIRD, pending: [] });
});

it('puts another camera in a camera’s place once it has answered, and never on an address that is taken', async () => {
  const { gateway, admin } = await site();
  const [old, fresh] = [await startOne('old'), await startOne('fresh')];
  await put(admin, 'gate', old);
  await put(admin, 'yard', fresh);
  const wish = { connection: { url: fresh.onvifUrl, username: 'admin', password: FIRST } };
  expect(await admin.post('/devices/gate/replacement', wish)).toMatchObject({ status: 409, body: { value: 'yard' } });
  await admin.delete('/devices/yard');
  const seen = await admin.post('/devices/gate/replacement', { ...wish, dryRun: true });
  expect((seen.body as Replaced).answered).toMatchObject({ model: 'Simulated camera', serial: 'fresh' });
  expect(gateway.registry.find('gate')?.connection?.url).toBe(old.onvifUrl);
  const wrong = { connection: { ...wish.connection, password: 'not-this-one' } };
  expect(await admin.post('/devices/gate/replacement', wrong)).toMatchObject({ status: 502 });
  const alarm = await gateway.raise({ device: 'gate', type: 'device.video.masked' });
  expect((await admin.post('/devices/gate/replacement', wish)).status).toBe(200);
  expect(gateway.registry.find('gate')?.connection).toEqual(wish.connection);
  expect(gateway.journal.queries.alarm(alarm.id)?.device).toBe('gate');
  expect((await admin.post('/devices/zs-door-1/replacement', wish)).status).toBe(409);
});

it('does the same to many, says of each that it could not why, and touches nothing in a dry run or outside the scope', async () => {
  const { gateway, admin } = await site();
  const camera = await startOne('gate');
  for (const id of ['a', 'b', 'c']) await put(admin, id, camera);
  const change = async (api: Api, body: object) =>
    (await api.post('/devices/changes', body)).body as DeviceChangeReport;
  const ids = ['a', 'b', 'c', 'nobody'];
  const faults = [{ id: 'nobody', field: 'ids', value: 'nobody', expected: 'a device of your regions' }];
  expect(await change(admin, { act: 'disable', ids, dryRun: true })).toEqual({ done: 3, same: 0, faults });
  expect(gateway.registry.find('a')?.enabled).toBe(true);
  expect(await change(admin, { act: 'disable', ids })).toEqual({ done: 3, same: 0, faults });
  expect(await change(admin, { act: 'disable', ids: ['a'] })).toEqual({ done: 0, same: 1, faults: [] });
  expect(await change(admin, { act: 'move', region: '999999999999', ids: ['a'] })).toMatchObject({
    faults: [{ id: 'a', field: 'region', value: '999999999999' }],
  });
  await change(admin, { act: 'use-credentials', group: 'east', ids: ['a'] });
  expect(gateway.registry.find('a')).toMatchObject({ settings: { credentials: 'east' } });
  expect(gateway.registry.find('a')?.connection).toEqual({ url: camera.onvifUrl });
  await admin.post('/users', {
    ...{ username: 'zs', password: 'a-password-of-zhangshu', role: 'administrator', regions: [ZHANGSHU] },
  });
  const zhangshu = await gateway.as('zs', 'a-password-of-zhangshu');
  expect(await change(zhangshu, { act: 'remove', ids: ['b'] })).toMatchObject({ done: 0, faults: [{ id: 'b' }] });
  expect(await change(admin, { act: 'remove', ids: ['b', 'c'] })).toEqual({ done: 2, same: 0, faults: [] });
  expect(gateway.registry.find('b')).toBeUndefined();
  const seat = await person(gateway, 'seat-a');
  expect((await seat.post('/devices/changes', { act: 'disable', ids: ['a'] })).status).toBe(403);
  expect(YUANZHOU.slice(0, 6)).toBe(REGION.slice(0, 6));
});
