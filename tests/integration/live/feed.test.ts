import { once } from 'node:events';
import type { Socket } from 'socket.io-client';
import { expect, it, onTestFinished } from 'vitest';
import type { Change, DeviceChange, SubscribeAnswer, Tick } from '../../../gateway/http/contract/live.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import {
  ADMIN_PASSWORD,
  connected,
  type HttpGateway,
  openSocket,
  person,
  startHttpGateway,
  YUANZHOU,
  ZHANGSHU,
} from '../../parts/http-gateway.ts';

const subscribe = (socket: Socket, wish: unknown = {}): Promise<SubscribeAnswer> =>
  socket.timeout(5_000).emitWithAck('subscribe', wish);

/** Collects an event's payloads; `reach` waits until there are so many. */
function listen<T>(socket: Socket, event: string) {
  const got: T[] = [];
  let wake = (): void => undefined;
  socket.on(event, (payload: T) => {
    got.push(payload);
    wake();
  });
  const reach = async (count: number): Promise<readonly T[]> => {
    while (got.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return got;
  };
  return { got, reach };
}

const gone = (socket: Socket): Promise<unknown> => once(socket as never, 'disconnect');
const turnedAway = async (socket: Socket): Promise<string> => {
  const [error] = (await once(socket as never, 'connect_error')) as [Error];
  return error.message;
};

async function seated(gateway: HttpGateway, username = 'seat-a', more: Record<string, unknown> = {}): Promise<Socket> {
  const { token } = await person(gateway, username, more);
  return connected(openSocket(onTestFinished, gateway.url, token));
}

async function watching(gateway: HttpGateway, username: string): Promise<Socket> {
  const socket = await seated(gateway, username);
  await subscribe(socket);
  return socket;
}

it('shows an acknowledgement of one seat on the screen of another', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const screen = await seated(gateway, 'screen');
  const changes = listen<Change>(screen, 'change');
  expect(await subscribe(screen)).toEqual({
    ok: true,
    seq: expect.any(Number),
    at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
  });
  const { id } = await gateway.raise();
  await (await person(gateway, 'seat-b')).post(`/alarms/${id}/acknowledge`, { version: 1 });
  expect(await changes.reach(2)).toMatchObject([
    { kind: 'raised', alarm: { id, state: 'new', version: 1 } },
    { kind: 'acknowledged', alarm: { id, state: 'acknowledged', version: 2 } },
  ]);
  expect(changes.got[0]?.seq).toBeLessThan(changes.got[1]?.seq ?? 0);
});

it('sends what was missed since a seq, in order and once, then goes on', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const before = gateway.journal.head();
  for (let n = 0; n < 450; n += 1) await gateway.raise();
  const screen = await seated(gateway);
  const changes = listen<Change>(screen, 'change');
  const middle = before + 30;
  expect(await subscribe(screen, { since: middle })).toMatchObject({ ok: true, seq: middle });
  await gateway.raise();
  const expected = gateway.journal.read(middle, 1000).filter(({ alarm }) => alarm !== undefined);
  const got = await changes.reach(expected.length);
  expect(got.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
});

it('gives an entry once to a client that comes while the entry waits to be handed out', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const witness = listen<Change>(await watching(gateway, 'witness'), 'change');
  const screen = await seated(gateway, 'screen');
  const changes = listen<Change>(screen, 'change');
  for (let round = 1; round <= 10; round += 1) {
    const since = gateway.journal.head();
    await gateway.raise();
    await witness.reach(2 * round - 1); // handed out just now: so the next one is gathered
    await gateway.raise();
    await subscribe(screen, { since });
    await witness.reach(2 * round);
    await screen.emitWithAck('watch', { wall: 'none' });
    const expected = gateway.journal.read(since, 10).map(({ seq }) => seq);
    expect(changes.got.filter(({ seq }) => seq > since).map(({ seq }) => seq)).toEqual(expected);
    changes.got.length = 0;
    await subscribe(screen, { types: [] });
  }
});

it('waits for a seq that a page of alarms was ahead with, and gives nothing of that page again', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const screen = await seated(gateway);
  const changes = listen<Change>(screen, 'change');
  const [first] = await Promise.all([gateway.raise(), gateway.raise()]);
  const since = gateway.journal.head(); // the feed may not have handed these out yet
  expect(await subscribe(screen, { since })).toMatchObject({ ok: true, seq: since });
  await gateway.raise();
  const [change] = await changes.reach(1);
  expect(change).toMatchObject({ kind: 'repeated', alarm: { id: first.id, count: 3 } });
});

it('filters by scope, region, type, severity, line and compound', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const wishes: Record<string, [user: Record<string, unknown>, wish: Record<string, unknown>]> = {
    city: [{ regions: ['360900000000'] }, {}],
    asked: [{ regions: ['360900000000'] }, { regions: [ZHANGSHU] }],
    wider: [{ regions: [ZHANGSHU] }, { regions: ['360900000000'] }],
    prefix: [{ regions: ['360900000000'] }, { types: ['railway.'] }],
    severe: [{ regions: ['360900000000'] }, { severities: [1] }],
    line: [{ lines: ['沪昆线'] }, {}],
    otherline: [{ lines: ['沪昆高铁'] }, {}],
    compound: [{ regions: [ZHANGSHU], compounds: ['yaodu-garden'] }, {}],
  };
  const seen: Record<string, Change[]> = {};
  const sockets: Socket[] = [];
  for (const [name, [user, wish]] of Object.entries(wishes)) {
    const socket = await seated(gateway, name, { role: 'administrator', regions: [YUANZHOU], ...user });
    seen[name] = listen<Change>(socket, 'change').got;
    expect(await subscribe(socket, wish)).toMatchObject({ ok: true });
    sockets.push(socket);
  }
  await gateway.raise();
  await gateway.raise({ device: 'zs-door-1', type: 'community.door.forced', severity: 1 });
  await expect.poll(() => seen['city']?.length).toBe(2);
  // All are given an entry in one step; an answer that is asked for after it comes behind it.
  for (const socket of sockets) await socket.emitWithAck('watch', { wall: 'none' });
  const devices = Object.fromEntries(
    Object.entries(seen).map(([name, got]) => [name, got.map(({ alarm }) => alarm.device)]),
  );
  const [fence, door] = ['yz-fence-k812', 'zs-door-1'];
  expect(devices).toEqual({
    city: [fence, door],
    asked: [door],
    wider: [door],
    prefix: [fence],
    severe: devices['severe'],
    line: [fence],
    otherline: [],
    compound: [door],
  });
  expect(devices['severe']).toContain(door);
});

it('refuses a region out of scope, a seq of another journal, a wrong wish and a role without alarms', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const socket = await seated(gateway);
  expect(await subscribe(socket, { regions: [ZHANGSHU] })).toEqual({ ok: false, error: 'out-of-scope' });
  expect(await subscribe(socket, { since: 1_000_000 })).toEqual({ ok: false, error: 'cursor-expired' });
  expect(await subscribe(socket, { regions: 'all' })).toMatchObject({
    ok: false,
    error: expect.stringContaining('regions'),
  });
  expect(await subscribe(socket, 7)).toMatchObject({ ok: false, error: expect.stringContaining('bad-value') });
  const security = await seated(gateway, 'security', { role: 'security' });
  expect(await subscribe(security)).toEqual({ ok: false, error: 'no-permission' });
});

it('answers nobody without a session, from another site, by polling, or outside /live', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { token } = await person(gateway, 'seat-a');
  const open = (given: string | undefined, more = {}) => openSocket(onTestFinished, gateway.url, given, more);
  expect(await turnedAway(open(undefined))).toBe('no-session');
  expect(await turnedAway(open('a'.repeat(43)))).toBe('no-session');
  const extraHeaders = { origin: 'https://elsewhere.example' };
  expect(await turnedAway(open(token, { extraHeaders }))).toContain('websocket error');
  expect(await turnedAway(open(token, { transports: ['polling'] }))).toContain('poll error');
  const cookie = { extraHeaders: { cookie: `fengsui_session=${token}`, origin: gateway.url } };
  await connected(open(undefined, cookie));
  expect((await fetch(`${gateway.url}/socket.io/socket.io.js`)).status).not.toBe(200);
});

it('ends a feed when its session is closed or has run out, and when its person’s rights change', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const leaving = await person(gateway, 'leaving');
  const signedOut = await connected(openSocket(onTestFinished, gateway.url, leaving.token));
  const [ended] = await Promise.all([gone(signedOut), leaving.delete('/session')]);
  expect(ended).toMatchObject(['io server disconnect', undefined]);
  const narrowed = await seated(gateway, 'narrowed');
  const reloads = listen(narrowed, 'reload');
  await subscribe(narrowed);
  await Promise.all([gone(narrowed), admin.put('/users/narrowed', { role: 'dispatcher', regions: ['360902001000'] })]);
  expect(reloads.got).toEqual([{ reason: 'rights-changed' }]);
  const late = await seated(gateway, 'late');
  gateway.advance(13 * 3_600_000);
  await gone(late); // by the next tick
});

it('tells how old the picture of the world is, at least every 5 s', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const screen = await seated(gateway);
  const ticks = listen<Tick>(screen, 'tick');
  await subscribe(screen);
  await ticks.reach(1);
  await gateway.raise();
  const started = Date.now();
  const [, tick] = await ticks.reach(2); // the first one said that nothing was missing
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(tick?.seq).toBe(gateway.journal.head());
});

it('tells of devices in scope: online, changed, and gone to another county', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const screen = await seated(gateway);
  const devices = listen<DeviceChange>(screen, 'device');
  await subscribe(screen);
  await gateway.intake.accept([{ kind: 'status', device: 'zs-door-1', online: true }]);
  await gateway.intake.accept([{ kind: 'status', device: 'yz-fence-k812', online: true }]);
  const fence = (await admin.get('/devices/yz-fence-k812')).body as object;
  const moved = await admin.put('/devices/yz-fence-k812', { ...fence, region: '360982001000' });
  expect(moved.status).toBe(200);
  await admin.delete('/devices/camera-k812');
  expect(await devices.reach(3)).toMatchObject([
    { id: 'yz-fence-k812', online: true },
    { id: 'yz-fence-k812' },
    { id: 'camera-k812' },
  ]);
});

it('shows a change of a wall to those who watch it', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const desk = await person(gateway, 'desk');
  await desk.put('/walls/lobby', { layout: 4, tiles: [] });
  const screen = await seated(gateway, 'screen', { role: 'viewer' });
  const walls = listen<Wall>(screen, 'wall');
  const watch = (wish: unknown) => screen.timeout(5_000).emitWithAck('watch', wish);
  expect(await watch({ wall: 'lobby' })).toMatchObject({ ok: true, wall: { layout: 4, version: 1 } });
  await desk.put('/walls/other', { layout: 9, tiles: [] });
  await desk.put('/walls/lobby', { layout: 1, tiles: ['camera-k812'], version: 1 });
  expect(await walls.reach(1)).toEqual([{ id: 'lobby', layout: 1, tiles: ['camera-k812'], version: 2 }]);
  expect(await watch({ wall: 'no such wall' })).toMatchObject({ ok: false });
});

it('gathers changes into arrays for a client that asks for it, with the same entries', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const screen = await seated(gateway);
  const gathered = listen<Change[]>(screen, 'changes');
  const single = listen<Change>(screen, 'change');
  const since = gateway.journal.head();
  await gateway.raise();
  await subscribe(screen, { since, gathered: true });
  for (let n = 0; n < 40; n += 1) await gateway.raise();
  const expected = gateway.journal.read(since, 1000).map(({ seq }) => seq);
  while (gathered.got.flat().length < expected.length) await gathered.reach(gathered.got.length + 1);
  expect(gathered.got.flat().map(({ seq }) => seq)).toEqual(expected);
  expect(gathered.got.length).toBeLessThan(expected.length / 2);
  expect(single.got).toEqual([]);
});

it('tells a client that takes nothing to reload, and holds a bounded number of bytes for it', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { token } = await person(gateway, 'slow');
  const slow = await connected(openSocket(onTestFinished, gateway.url, token));
  const brisk = await seated(gateway, 'brisk');
  const changes = listen<Change>(brisk, 'change');
  await Promise.all([subscribe(slow), subscribe(brisk)]);
  const raw = slow.io.engine.transport as unknown as { ws: { _socket: { pause(): void; resume(): void } } };
  raw.ws._socket.pause();
  const before = gateway.journal.head();
  let rounds = 0;
  while (gateway.live.clients() === 2 && rounds < 200) {
    rounds += 1;
    await Promise.all(Array.from({ length: 200 }, () => gateway.raise({ text: 'x'.repeat(900) })));
  }
  expect(gateway.live.clients()).toBe(1);
  const sent = gateway.journal.read(before, 100_000).length;
  expect(await changes.reach(sent)).toHaveLength(sent); // the others lost nothing by it
  raw.ws._socket.resume();
});
