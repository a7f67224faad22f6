import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_PASSWORD, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';

const NIGHT = {
  zh: '夜间布防',
  en: 'Night',
  where: { regions: [YUANZHOU], types: ['community.fence.'] },
  hours: { spans: [{ days: 'every', from: '22:00', to: '06:00' }] },
  graceMs: 60_000,
};

it('keeps an arming plan, shows whether it is armed, and lets a seat set it by hand', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  expect(await admin.put('/arming/night', NIGHT)).toMatchObject({
    status: 200,
    body: { version: 1, hours: { zone: 'Asia/Shanghai', spans: [{ days: 'every', from: '22:00', to: '06:00' }] } },
  });
  const until = new Date(gateway.now() + 3_600_000).toISOString();
  const override = (armed: boolean, version: number) => admin.post('/arming/night/override', { armed, until, version });
  expect(await override(true, 1)).toMatchObject({ status: 200, body: { armed: true, version: 2 } });
  expect(await override(false, 1)).toMatchObject({ status: 409, body: { field: 'version', version: 2 } });
  expect(await admin.get('/arming')).toMatchObject({ body: { items: [{ id: 'night', override: { by: 'admin' } }] } });
  expect((await admin.delete('/arming/night')).status).toBe(204);
});

it('never lets fire or help be disarmed, nor a place out of scope', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const plan = (types: readonly string[] | undefined, regions = [YUANZHOU]) =>
    admin.put('/arming/plan', { ...NIGHT, where: { regions, ...(types === undefined ? {} : { types }) } });
  for (const types of [['community.fire.smoke'], ['community.'], ['community.door.'], undefined])
    expect(await plan(types)).toMatchObject({ status: 400, body: { field: 'where.types' } });
  const stranger = await person(gateway, 'admin-zs', { role: 'administrator', regions: [ZHANGSHU] });
  expect(await stranger.put('/arming/plan', NIGHT)).toMatchObject({ status: 403, body: { field: 'where.regions' } });
});

it('keeps a maintenance window, and refuses one that never ends', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const from = new Date(gateway.now()).toISOString();
  const window = (hours: number) => {
    const until = new Date(gateway.now() + hours * 3_600_000).toISOString();
    return admin.put('/maintenance/fence', { where: { regions: [YUANZHOU] }, from, until, reason: '换栅栏' });
  };
  expect(await window(24 * 40)).toMatchObject({ status: 400, body: { field: 'until' } });
  expect(await window(4)).toMatchObject({ status: 200, body: { underway: true, by: 'admin', version: 1 } });
  expect(await admin.get('/maintenance')).toMatchObject({ body: { items: [{ id: 'fence', reason: '换栅栏' }] } });
});
