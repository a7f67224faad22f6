import { expect, it, onTestFinished, vi } from 'vitest';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ADMIN_PASSWORD, type Api, CITY, person, startHttpGateway } from '../../parts/http-gateway.ts';

const PTZ = '/cameras/camera-k812/ptz';
const LEFT = { act: 'move', pan: -0.5, timeoutMs: 1_500 };

/** What the trail says of cameras' heads, oldest first. */
async function trail(auditor: Api): Promise<string[]> {
  const { body } = await auditor.get('/audit?limit=200');
  const { items } = body as { items: { by: string; act: string; object: string; result: string }[] };
  const lines = items.filter(({ act }) => act === 'camera.ptz');
  return lines.map(({ by, object, result }) => `${by} ${object} ${result}`).reverse();
}

it('holds a camera for a seat, tells the next one who has it, and gives way to a higher centre', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a', { displayName: '席 A', role: 'operator' });
  const other = await person(gateway, 'seat-b', { role: 'operator' });
  const city = await person(gateway, 'city', { displayName: '市中心', role: 'operator', regions: [CITY] });
  expect((await seat.get(PTZ)).body).toEqual({
    turns: true,
    zoomsTo: true,
    presets: [{ token: '1', name: '道口' }],
    mayTake: true,
  });

  expect((await seat.post(PTZ, LEFT)).status).toBe(204);
  const refused = await other.post(PTZ, LEFT);
  const holder = { name: '席 A', role: 'operator', centre: '360902000000', isSelf: false };
  expect(refused).toMatchObject({ status: 409, body: { type: 'fengsui:ptz-held', holder } });
  const { until } = refused.body as Problem;
  expect(Math.abs(Date.parse(until ?? '') - gateway.now() - 15_000)).toBeLessThan(2_000);
  expect((await seat.get(PTZ)).body).toMatchObject({ holder: { ...holder, isSelf: true }, until, mayTake: true });
  expect((await other.get(PTZ)).body).toMatchObject({ holder, until, mayTake: false });
  expect((await city.get(PTZ)).body).toMatchObject({ holder, until, mayTake: true });

  const box = { x: 0.5, y: 0.5, width: 0.25, height: 0.25 };
  expect((await city.post(PTZ, { act: 'zoom-to', box })).status).toBe(204);
  expect(gateway.world.sent).toEqual(['camera-k812 move', 'camera-k812 stop', 'camera-k812 zoom-to']);
  expect(await seat.post(PTZ, LEFT)).toMatchObject({ status: 409, body: { holder: { name: '市中心' } } });
  expect((await city.post(PTZ, { act: 'release' })).status).toBe(204);
  expect((await other.post(PTZ, { act: 'preset', preset: '1' })).status).toBe(204);
  gateway.advance(15_000);
  expect((await seat.post(PTZ, { act: 'stop' })).status).toBe(204);
});

it('stops a camera whose seat signed out or lost the right, at once', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const seat = await person(gateway, 'seat-a');
  const stops = () => gateway.world.sent.filter((one) => one === 'camera-k812 stop').length;
  await seat.post(PTZ, { ...LEFT, timeoutMs: 10_000 });
  await seat.delete('/session');
  await vi.waitFor(() => expect(stops()).toBe(1), { timeout: 1_000, interval: 10 });
  const again = await person(gateway, 'seat-b');
  await again.post(PTZ, { ...LEFT, timeoutMs: 10_000 });
  await admin.put('/users/seat-b', { role: 'viewer', regions: ['360902000000'] });
  await vi.waitFor(() => expect(stops()).toBe(2), { timeout: 1_000, interval: 10 });
  expect((await again.get(PTZ)).body).not.toHaveProperty('holder');
});

it('keeps one line of the trail for a move, however often it was repeated, and one for its end', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const auditor = await person(gateway, 'auditor', { role: 'auditor', regions: [CITY] });
  const [seat, other] = [await person(gateway, 'seat-a'), await person(gateway, 'seat-b')];
  for (let repetition = 0; repetition < 5; repetition++) await seat.post(PTZ, LEFT);
  await seat.post(PTZ, { act: 'stop' });
  await other.post(PTZ, LEFT);
  await seat.post(PTZ, { ...LEFT, timeoutMs: 100 });
  await vi.waitFor(async () => expect((await trail(auditor)).length).toBe(5), {
    timeout: 3_000,
    interval: 50,
  });
  expect(gateway.world.sent.length).toBe(8);
  expect(await trail(auditor)).toEqual([
    'seat-a camera-k812 move done',
    'seat-a camera-k812 stop done',
    'seat-b /api/v1/cameras/camera-k812/ptz refused',
    'seat-a camera-k812 move done',
    'seat-a camera-k812 stop: silent done',
  ]);
});

it('takes a box within the picture only, and tells of a head to whoever may see the camera', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const viewer = await person(gateway, 'viewer', { role: 'viewer' });
  const seat = await person(gateway, 'seat-a');
  expect((await viewer.get(PTZ)).status).toBe(200);
  expect((await viewer.post(PTZ, { act: 'release' })).status).toBe(403);
  for (const box of [{ x: 0.8, y: 0, width: 0.5, height: 0.1 }, { x: 0, y: 0, width: 0, height: 0.5 }, undefined]) {
    expect((await seat.post(PTZ, { act: 'zoom-to', box })).status).toBe(400);
  }
  expect((await seat.get('/cameras/yz-fence-k812/ptz')).status).toBe(404);
  expect(gateway.world.sent).toEqual([]);
});
