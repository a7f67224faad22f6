import { expect, it, onTestFinished } from 'vitest';
import { ADMIN_PASSWORD, Api, person, signIn, startHttpGateway } from '../../parts/http-gateway.ts';

const MINUTE = 60_000;

it('signs in with a cookie that scripts and other sites cannot use, and a token for programs', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const answer = await new Api(gateway.url, undefined).post('/session', {
    username: 'admin',
    password: ADMIN_PASSWORD,
  });
  expect(answer).toMatchObject({ status: 200, body: { user: { username: 'admin', role: 'administrator' } } });
  const cookie = answer.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^fengsui_session=[\w-]{43}; .*HttpOnly; SameSite=Strict/);
  expect(cookie).not.toContain('Secure'); // plain HTTP on loopback
  const page = new Api(gateway.url, undefined);
  const headers = { cookie: cookie.split(';')[0] ?? '' };
  expect(await page.get('/session', headers)).toMatchObject({ status: 200, body: { user: { username: 'admin' } } });
  expect(await page.delete('/session', headers)).toMatchObject({ status: 204 });
  expect((await page.get('/session', headers)).status).toBe(401);
});

it('keeps sessions over a restart, by hash only, for twelve hours', async () => {
  const first = await startHttpGateway(onTestFinished);
  const { token } = await first.as('admin', ADMIN_PASSWORD);
  const stored = JSON.stringify([...first.journal.queries.facts('')]);
  expect(stored).not.toContain(token);
  expect(stored).not.toContain(ADMIN_PASSWORD);
  await first.stop();
  const second = await startHttpGateway(onTestFinished, { folder: first.folder });
  const still = new Api(second.url, token);
  expect((await still.get('/session')).status).toBe(200);
  second.advance(12 * 60 * MINUTE);
  expect(await still.get('/session')).toMatchObject({ status: 401, body: { type: 'fengsui:no-session' } });
  expect((await new Api(second.url, 'a'.repeat(43)).get('/session')).status).toBe(401);
});

it('makes a name wait after five wrong passwords, longer each time, also after a restart', async () => {
  const first = await startHttpGateway(onTestFinished);
  const tries = (url: string, username: string, password: string) =>
    new Api(url, undefined).post('/session', { username, password });
  for (const username of ['admin', 'nobody']) {
    for (let n = 0; n < 5; n += 1) {
      expect(await tries(first.url, username, 'wrong')).toMatchObject({
        status: 401,
        body: { type: 'fengsui:wrong-password' },
      });
    }
    const locked = await tries(first.url, username, ADMIN_PASSWORD);
    expect(locked).toMatchObject({ status: 429, body: { type: 'fengsui:locked' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(50);
  }
  await first.stop();
  const second = await startHttpGateway(onTestFinished, { folder: first.folder });
  expect((await tries(second.url, 'admin', ADMIN_PASSWORD)).status).toBe(429);
  second.advance(MINUTE + 1000);
  expect((await tries(second.url, 'admin', 'wrong')).status).toBe(401);
  second.advance(MINUTE + 1000);
  expect((await tries(second.url, 'admin', ADMIN_PASSWORD)).status).toBe(429); // two minutes this time
  second.advance(MINUTE + 1000);
  expect((await tries(second.url, 'admin', ADMIN_PASSWORD)).status).toBe(200);
});

it('lets no more than five guesses through when they come all at once', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const api = new Api(gateway.url, undefined);
  const answers = await Promise.all(
    Array.from({ length: 12 }, () => api.post('/session', { username: 'admin', password: 'guess' })),
  );
  expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
});

it('refuses a write with the cookie that comes from another site, and takes it from its own', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  const page = new Api(gateway.url, undefined);
  const cookie = `fengsui_session=${seat.token}`;
  const write = (headers: Record<string, string>) =>
    page.post(`/alarms/${id}/comment`, { version: 1, note: 'x' }, { cookie, ...headers });
  for (const foreign of [
    { origin: 'https://elsewhere.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ]) {
    expect(await write(foreign)).toMatchObject({ status: 403, body: { type: 'fengsui:foreign-origin' } });
  }
  expect((await write({ origin: gateway.url, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  const byToken = await seat.post(
    `/alarms/${id}/comment`,
    { version: 2, note: 'y' },
    { origin: 'https://elsewhere.example' },
  );
  expect(byToken.status).toBe(200);
});

it('bounds what one may grant by one’s own scope, and lets nobody raise themselves', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const county = await person(gateway, 'county-admin', { role: 'administrator' });
  const user = { username: 'wide', password: 'long enough', role: 'viewer', regions: ['360900000000'] };
  expect(await county.post('/users', user)).toMatchObject({ status: 403, body: { type: 'fengsui:beyond-own-scope' } });
  expect(await county.post('/users', { ...user, regions: ['360902001000'] })).toMatchObject({ status: 201 });
  expect(await county.post('/users', { ...user, regions: ['360902001000'] })).toMatchObject({ status: 409 });
  expect(await county.put('/users/admin', { role: 'viewer', regions: ['360902001000'] })).toMatchObject({
    status: 403,
  });
  expect(await county.put('/users/county-admin', { role: 'dispatcher', regions: ['360902000000'] })).toMatchObject({
    status: 422,
  });
  expect(await county.delete('/users/county-admin')).toMatchObject({ status: 422 });
  expect(await county.get('/users')).toMatchObject({
    body: { items: [{ username: 'county-admin' }, { username: 'wide' }] },
  });
  expect(await county.post('/users', { ...user, username: 'x1', password: 'short' })).toMatchObject({
    status: 400,
    body: { field: 'password', value: '', expected: 'at least 10 characters' },
  });
  expect(await county.post('/users', { ...user, username: 'x1', regions: ['360902999000'] })).toMatchObject({
    status: 400,
    body: { field: 'regions[0]', value: '360902999000' },
  });
});

it('ends the sessions of a person who is removed or gets a new password, and takes a new role at once', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  await admin.put('/users/seat-a', { role: 'viewer', regions: ['360902000000'] });
  expect((await seat.post(`/alarms/${id}/acknowledge`, { version: 1 })).status).toBe(403);
  await admin.put('/users/seat-a', { role: 'viewer', regions: ['360902000000'], password: 'another one' });
  expect((await seat.get('/alarms')).status).toBe(401);
  const again = await signIn(gateway.url, 'seat-a', 'another one');
  expect((await admin.delete('/users/seat-a')).status).toBe(204);
  expect((await again.get('/alarms')).status).toBe(401);
});

it('writes every act and every refused act of people into the trail, which only the auditor reads', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const [seat, viewer] = [await person(gateway, 'seat-a'), await person(gateway, 'viewer', { role: 'viewer' })];
  const auditor = await person(gateway, 'auditor', { role: 'auditor' });
  const { id } = await gateway.raise();
  await seat.post(`/alarms/${id}/acknowledge`, { version: 1 });
  await viewer.post(`/alarms/${id}/close`, { version: 2 });
  await seat.post('/devices/yz-fence-k812/commands', { name: 'siren', args: {} });
  expect((await auditor.get('/audit')).body).toMatchObject({
    items: [
      { by: 'seat-a', act: 'device.command', object: 'yz-fence-k812 siren', result: 'done', from: '127.0.0.1' },
      { by: 'viewer', act: 'alarm.close', object: `/api/v1/alarms/${id}/close`, result: 'refused' },
      { by: 'seat-a', act: 'alarm.acknowledge', result: 'done' },
    ],
  });
  expect((await seat.get('/audit')).status).toBe(403);
  expect((await auditor.delete('/devices/yz-fence-k812')).status).toBe(403);
});
