import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { DeviceSecrets } from '../../../gateway/registry/device-secrets.ts';
import { ADMIN_PASSWORD, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const LOUDSPEAKER = {
  kind: 'speaker',
  profile: 'fengsui',
  name: '音柱 K811',
  region: '360902001000',
  place: { line: '沪昆线', km: 'K811+850' },
};

it('adds, replaces and removes a device, and says which version is the present one', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const put = (body: object) => admin.put('/devices/speaker-k811', body);
  expect(await put(LOUDSPEAKER)).toMatchObject({ status: 201, body: { version: 1, place: { kmValue: 811_850 } } });
  expect(await put({ ...LOUDSPEAKER, name: '音柱', version: 1 })).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await put({ ...LOUDSPEAKER, version: 1 })).toMatchObject({
    status: 409,
    body: { field: 'version', version: 2 },
  });
  expect(await put({ ...LOUDSPEAKER, region: '360902999999', version: 2 })).toMatchObject({
    status: 400,
    body: { field: 'region', value: '360902999999' },
  });
  expect(await put({ ...LOUDSPEAKER, kind: 'drone', version: 2 })).toMatchObject({
    status: 400,
    body: { field: 'kind' },
  });
  expect((await admin.delete('/devices/speaker-k811')).status).toBe(204);
  expect((await admin.get('/devices/speaker-k811')).status).toBe(404);
});

it('never shows a password, and takes none inside a URL', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const shown = JSON.stringify([(await admin.get('/devices')).body, (await admin.get('/devices/camera-k812')).body]);
  expect(shown).toContain('http://127.0.0.1:1/onvif');
  expect(shown).not.toContain('camera-secret');
  const connection = { url: 'rtsp://root:camera-secret@10.0.0.9/live' };
  const refused = await admin.put('/devices/camera-2', { ...LOUDSPEAKER, kind: 'camera', profile: 'rtsp', connection });
  expect(refused).toMatchObject({ status: 400, body: { field: 'connection.url', value: '' } });
  expect(JSON.stringify(refused.body)).not.toContain('camera-secret');
});

it('does not tell a device of another county from one that is not there', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-zs', { role: 'administrator', regions: [ZHANGSHU] });
  const [foreign, absent] = [await seat.get('/devices/yz-fence-k812'), await seat.get('/devices/yz-fence-k813')];
  expect([foreign.status, absent.status]).toEqual([404, 404]);
  expect(await seat.get('/devices')).toMatchObject({ body: { items: [{ id: 'zs-door-1' }] } });
  expect((await seat.delete('/devices/yz-fence-k812')).status).toBe(404);
  expect((await seat.put('/devices/yz-fence-k812', { ...LOUDSPEAKER, region: ZHANGSHU, version: 1 })).status).toBe(404);
  expect(await seat.put('/devices/new-one', LOUDSPEAKER)).toMatchObject({
    status: 403,
    body: { type: 'fengsui:out-of-scope' },
  });
});

it('pages through the registry by id, kind, region and presence', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const first = await admin.get('/devices?limit=2');
  expect(first.body).toMatchObject({ items: [{ id: 'camera-k812' }, { id: 'yz-fence-k812' }] });
  const { next } = first.body as { next: string };
  expect((await admin.get(`/devices?limit=2&cursor=${next}`)).body).toMatchObject({ items: [{ id: 'zs-door-1' }] });
  expect((await admin.get(`/devices?kind=access,camera&region=${YUANZHOU}`)).body).toMatchObject({
    items: [{ id: 'camera-k812' }],
  });
  await gateway.intake.accept([{ kind: 'status', device: 'yz-fence-k812', online: true }]);
  expect((await admin.get('/devices?online=true')).body).toMatchObject({
    items: [{ id: 'yz-fence-k812', online: true }],
  });
});

it('hands on what the device answered, and says so when it is not known whether it was done', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  gateway.world.answer = ok({ id: 'c7', ok: false, error: 'door is bolted' });
  const send = (key?: string) =>
    seat.post('/devices/yz-fence-k812/commands', { name: 'open' }, key === undefined ? {} : { 'idempotency-key': key });
  expect(await send()).toMatchObject({ status: 200, body: { ok: false, error: 'door is bolted' } });
  gateway.world.answer = failed({ reason: 'no-answer', text: 'no reply within 1 s' });
  const silent = await send('one-act');
  expect(silent).toMatchObject({ status: 504, body: { title: expect.stringContaining('不知道是否已执行') } });
  expect(await send('one-act')).toMatchObject({ status: 504 });
  expect(gateway.world.sent).toHaveLength(2); // the repeat was not sent again
  gateway.world.answer = failed({ reason: 'not-connected', text: 'offline' });
  expect(await send()).toMatchObject({ status: 503, body: { type: 'fengsui:not-connected' } });
  const viewer = await person(gateway, 'viewer', { role: 'viewer' });
  expect((await viewer.post('/devices/yz-fence-k812/commands', { name: 'open' })).status).toBe(403);
});

it('keeps what a wall shows, and refuses a camera that the seat may not see', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  expect((await seat.get('/walls/lobby')).status).toBe(404);
  const put = (body: object) => seat.put('/walls/lobby', body);
  expect(await put({ layout: 4, tiles: ['camera-k812', null] })).toMatchObject({ status: 200, body: { version: 1 } });
  expect(await put({ layout: 1, tiles: ['camera-k812'] })).toMatchObject({ status: 409, body: { version: 1 } });
  expect(await put({ layout: 1, tiles: ['camera-k812', null], version: 1 })).toMatchObject({
    status: 400,
    body: { field: 'tiles' },
  });
  expect(await put({ layout: 1, tiles: ['zs-door-1'], version: 1 })).toMatchObject({ status: 404 });
  const [one, other] = await Promise.all([
    put({ layout: 1, tiles: ['camera-k812'], version: 1 }),
    put({ layout: 9, tiles: [], version: 1 }),
  ]);
  expect([one.status, other.status].sort()).toEqual([200, 409]);
  expect(await seat.get('/walls/lobby')).toMatchObject({ body: { version: 2 } });
});

it('keeps what a wall does by itself: cameras in turn, alarms that come up, and what was called or taken down', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const plan = {
    ...{ layout: 64, tiles: [null, 'camera-k812'] },
    rotation: { isOn: true, cameras: ['camera-k812'], everyS: 20 },
    popUps: { severity: 1, place: 'free' },
    called: [{ alarm: '019392a0-0000-7000-8000-000000000001', camera: 'camera-k812' }],
    dismissed: ['019392a0-0000-7000-8000-000000000002'],
  };
  const put = (body: object) => seat.put('/walls/lobby', body);
  expect(await put(plan)).toMatchObject({ status: 200, body: { ...plan, id: 'lobby', version: 1 } });
  expect(await seat.get('/walls/lobby')).toMatchObject({ status: 200, body: plan });
  const unseen = { ...plan.rotation, cameras: ['zs-door-1'] };
  expect(await put({ ...plan, rotation: unseen, version: 1 })).toMatchObject({ status: 404 });
  expect(await put({ ...plan, called: [{ ...plan.called[0], camera: 'zs-door-1' }], version: 1 })).toMatchObject({
    status: 404,
  });
  for (const [field, body] of [
    ['layout', { layout: 5 }],
    ['rotation.everyS', { rotation: { ...plan.rotation, everyS: 5 } }],
    ['popUps.place', { popUps: { severity: 1, place: 'everywhere' } }],
    ['tiles', { tiles: Array.from({ length: 65 }, () => null) }],
  ] as const)
    expect(await put({ ...plan, ...body, version: 1 })).toMatchObject({ status: 400, body: { field } });
});

it('lists dead letters of the scope by reason, and offers one again', async () => {
  const replayed: string[] = [];
  const gateway = await startHttpGateway(onTestFinished, {
    ports: {
      deadLetters: {
        replay: async (topic, payload) => {
          replayed.push(`${topic} ${payload}`);
          return ok(undefined);
        },
      },
    },
  });
  const fault = { reason: 'unknown-code', field: 'type', value: 'x', expected: 'a code' } as const;
  const letter = { kind: 'dead-letter', topic: 'fengsui/v1/yz-fence-k812/event', fault, payload: '{}' } as const;
  await gateway.intake.accept([{ ...letter, device: 'yz-fence-k812' }, { ...letter, device: 'zs-door-1' }, letter]);
  const city = await gateway.as('admin', ADMIN_PASSWORD);
  const county = await person(gateway, 'county', { role: 'administrator' });
  const page = (await city.get('/dead-letters?reason=unknown-code&limit=2')).body as {
    items: { id: string }[];
    next: string;
  };
  expect(page.items).toHaveLength(2);
  expect((await city.get(`/dead-letters?cursor=${page.next}`)).body).toMatchObject({
    items: [{ device: 'yz-fence-k812' }],
  });
  const mine = (await county.get('/dead-letters')).body as { items: { id: string; device: string }[] };
  expect(mine.items.map(({ device }) => device)).toEqual(['yz-fence-k812']);
  expect((await county.post(`/dead-letters/${mine.items[0]?.id}/replay`)).status).toBe(204);
  expect(replayed).toEqual(['fengsui/v1/yz-fence-k812/event {}']);
  expect((await county.post('/dead-letters/1/replay')).status).toBe(404);
  expect((await city.get('/dead-letters?reason=rude')).body).toMatchObject({
    status: 400,
    field: 'reason',
    value: 'rude',
  });
});

it('gives the division tree whole, by parent and by code, and the borders', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const counties = (await seat.get('/regions?parent=360900000000')).body as { items: unknown[] };
  expect(counties.items).toHaveLength(10);
  expect((await seat.get(`/regions/${ZHANGSHU}`)).body).toEqual({
    code: ZHANGSHU,
    name: '樟树市',
    level: 'county',
    parent: '360900000000',
  });
  expect((await seat.get('/regions/999999999999')).status).toBe(404);
  expect((await seat.get('/regions/borders')).body).toMatchObject({ type: 'FeatureCollection' });
});

it('gives a device its secret once: only a hash is kept, the former one ends, and so does that of a removed device', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const gateway = await startHttpGateway(onTestFinished, { folder });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const secretOf = async (id: string) => (await admin.put(`/devices/${id}/secret`, {})).body as { secret: string };
  const { secret: former } = await secretOf('yz-fence-k812');
  const { secret } = await secretOf('yz-fence-k812');
  expect(Buffer.from(secret, 'base64url')).toHaveLength(24);
  const { secrets } = gateway.registry;
  expect(await secrets.matches('yz-fence-k812', secret)).toBe(true);
  expect(await secrets.matches('yz-fence-k812', former)).toBe(false);
  expect(await secrets.matches('zs-door-1', secret)).toBe(false);
  const kept = JSON.stringify([gateway.journal.read(0, 1_000), await admin.get('/devices/yz-fence-k812')]);
  expect(kept).toContain('$argon2id$');
  expect(kept).not.toContain(secret);
  const files = (await readdir(folder)).map((name) => readFileSync(join(folder, name)));
  for (const bytes of files) expect(bytes.includes(secret)).toBe(false);

  const again = new DeviceSecrets(gateway.journal, gateway.journal.queries);
  expect(await again.matches('yz-fence-k812', secret)).toBe(true);
  expect((await admin.delete('/devices/yz-fence-k812')).status).toBe(204);
  expect((await admin.put('/devices/yz-fence-k812', LOUDSPEAKER)).status).toBe(201);
  expect(await secrets.matches('yz-fence-k812', secret)).toBe(false);
  expect(await new DeviceSecrets(gateway.journal, gateway.journal.queries).matches('yz-fence-k812', secret)).toBe(
    false,
  );
});

it('keeps no secret for an Idempotency-Key, and gives none to a seat that may not', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const gateway = await startHttpGateway(onTestFinished, { folder });
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const ask = () => admin.call('PUT', '/devices/zs-door-1/secret', {}, { 'idempotency-key': 'once' });
  const [first, second] = [await ask(), await ask()];
  expect([first.status, second.status]).toEqual([200, 200]);
  expect(first.body).not.toEqual(second.body);
  const seat = await person(gateway, 'seat-a', { role: 'operator' });
  expect((await seat.put('/devices/yz-fence-k812/secret', {})).status).toBe(403);
  expect((await admin.put('/devices/nobody/secret', {})).status).toBe(404);
});
