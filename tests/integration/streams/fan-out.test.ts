import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { readWallFrames } from '../../../console/src/video/wall-frame.ts';
import { Session } from '../../../gateway/http/contract/people.ts';
import { LiveSources } from '../../../gateway/http/contract/video.ts';
import type { WallNews } from '../../../streams/wall-viewer.ts';
import { DUTY } from '../../parts/console-site.ts';
import { decodeFlv, TestViewer } from '../../parts/flv-pictures.ts';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { openWallSite } from '../../parts/wall-site.ts';

const run = promisify(execFile);

async function openSite(cameras: number) {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  const site = await openWallSite(onTestFinished, gateway, cameras);
  const call = async (session: Session, path: string, method = 'GET') =>
    fetch(new URL(path, gateway.url), { method, headers: { authorization: `Bearer ${session.token}` } });
  const signIn = async ({ username, password }: typeof DUTY): Promise<Session> => {
    const body = JSON.stringify({ username, password });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(new URL('/api/v1/session', gateway.url), { method: 'POST', headers, body });
    return Session.parse(await answer.json());
  };
  const addressOf = async (session: Session, protocol: string, camera = 0): Promise<string> => {
    const answer = await call(session, `/api/v1/cameras/wall-${camera}/live?quality=sub`);
    const { sources } = LiveSources.parse(await answer.json());
    return sources.find((one) => one.protocol === protocol)?.url ?? '';
  };
  const at = (path: string, scheme: 'ws' | 'http' = 'http'): string => gateway.url.replace('http', scheme) + path;
  return { ...site, signIn, addressOf, call, at };
}
type Site = Awaited<ReturnType<typeof openSite>>;

/** A wall as the console's worker is. */
async function openWall(site: Site, address: string) {
  const ws = new WebSocket(site.at(address, 'ws'));
  ws.binaryType = 'arraybuffer';
  const pictures = new Map<number, number>();
  const news: WallNews[] = [];
  let messages = 0;
  ws.on('message', (data: ArrayBuffer | Buffer, isBinary) => {
    if (!isBinary) return void news.push(JSON.parse(String(data)));
    messages += 1;
    for (const { tile } of readWallFrames(data as ArrayBuffer)) pictures.set(tile, (pictures.get(tile) ?? 0) + 1);
  });
  ws.on('error', () => {});
  await once(ws, 'open');
  const closed = once(ws, 'close').then(([code, reason]) => [code, String(reason)]);
  onTestFinished(() => ws.terminate());
  const say = (words: object): void => ws.send(JSON.stringify(words));
  return { ws, pictures, news, closed, say, messages: () => messages };
}

/** What begins to be answered, and no more of it. */
async function first(url: string): Promise<Response> {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer;
}

/** The status of the answer, whatever was asked for. */
async function statusOf(site: Site, address: string): Promise<number> {
  if (!address.startsWith('/live/flv') && !address.startsWith('/live/wall'))
    return (await fetch(site.at(address))).status;
  const ws = new WebSocket(site.at(address, 'ws'));
  ws.on('error', () => {});
  return new Promise((resolve) => {
    ws.once('unexpected-response', (_request, { statusCode = 0 }) => resolve(statusCode));
    ws.once('open', () => {
      ws.terminate();
      resolve(101);
    });
  });
}

it('shows many cameras on one connection, in fewer messages than pictures, and each viewer what it asked for', async () => {
  const site = await openSite(4);
  const session = await site.signIn(DUTY);
  const wall = await openWall(site, await site.addressOf(session, 'wall'));
  for (let tile = 0; tile < 4; tile++)
    wall.say({ subscribe: tile, grant: await site.addressOf(session, 'wall', tile) });
  await expect
    .poll(() => [...wall.pictures.values()].every((count) => count > 75) && wall.pictures.size, { timeout: 20_000 })
    .toBe(4);
  const all = [...wall.pictures.values()].reduce((sum, count) => sum + count, 0);
  expect(wall.messages()).toBeLessThan(all / 2);

  wall.say({ unsubscribe: 3 });
  await expect.poll(() => site.cameras[3]?.viewers(), { timeout: 10_000 }).toBe(0);
  wall.ws.pause(); // a wall that takes nothing costs nobody else anything
  const viewer = new TestViewer(site.at(await site.addressOf(session, 'ws-flv', 1), 'ws'));
  await viewer.more(200_000);
  const decoded = await decodeFlv(viewer.flv(), await temporaryFolder(onTestFinished));
  expect(decoded).toMatchObject({ width: 640, height: 360, errors: '' });
  viewer.ws.terminate();
});

it('plays in ffprobe and ffmpeg by HTTP-FLV', async () => {
  const site = await openSite(1);
  const session = await site.signIn(DUTY);
  const address = async (): Promise<string> => site.at(await site.addressOf(session, 'http-flv'));
  const probed = await run('ffprobe', [
    '-v',
    'error',
    '-show_entries',
    'stream=codec_name,width,height',
    '-of',
    'json',
    await address(),
  ]);
  expect(JSON.parse(probed.stdout)).toMatchObject({ streams: [{ codec_name: 'h264', width: 640, height: 360 }] });
  const played = await run('ffmpeg', [
    ...['-nostdin', '-v', 'error', '-i', await address(), '-t', '2'],
    ...['-f', 'framemd5', '-'],
  ]);
  expect(played.stderr).toBe('');
  expect(played.stdout.split('\n').filter((line) => line.startsWith('0,')).length).toBeGreaterThan(30);
  await expect.poll(() => site.cameras[0]?.viewers(), { timeout: 10_000 }).toBe(0); // gone with its players
});

it('opens nothing for a forged address, one of another way, or one of somebody who signed out', async () => {
  const site = await openSite(1);
  const session = await site.signIn(DUTY);
  const addresses = await Promise.all(['wall', 'ws-flv', 'http-flv'].map((way) => site.addressOf(session, way)));
  expect(await Promise.all(addresses.slice(0, 2).map((address) => statusOf(site, address)))).toEqual([101, 101]);
  for (const address of addresses) {
    expect(await statusOf(site, address.replace(/&e=\d+/, '&e=1999999999999'))).toBe(403);
    expect(
      await statusOf(
        site,
        address.replace(/&s=(.)/, (_whole, first) => `&s=${first === 'A' ? 'B' : 'A'}`),
      ),
    ).toBe(403);
    expect(await statusOf(site, address.replace('u=duty', 'u=admin'))).toBe(403);
  }
  expect(await statusOf(site, addresses[2]?.replace('/live/http-flv/', '/live/flv/') ?? '')).toBe(403);
  await site.call(session, '/api/v1/session', 'DELETE');
  expect(await Promise.all(addresses.map((address) => statusOf(site, address)))).toEqual([403, 403, 403]);
});

it('opens once by each address, a wall’s its connection and its tile', async () => {
  const site = await openSite(1);
  const session = await site.signIn(DUTY);
  for (const way of ['ws-flv', 'http-flv']) {
    const address = await site.addressOf(session, way);
    expect(way === 'ws-flv' ? await statusOf(site, address) : (await first(site.at(address))).status).not.toBe(403);
    expect(await statusOf(site, address)).toBe(403);
  }
  const address = await site.addressOf(session, 'wall');
  const wall = await openWall(site, address);
  expect(await statusOf(site, address)).toBe(403);
  for (const tile of [1, 2]) wall.say({ subscribe: tile, grant: address });
  await expect.poll(() => wall.news).toContainEqual({ tile: 2, state: 'ended', reason: 'replayed' });
  await expect.poll(() => wall.pictures.get(1), { timeout: 10_000 }).toBeGreaterThan(0);
});

it('gives a wall no tile by another one’s address', async () => {
  const site = await openSite(1);
  const [duty, admin] = [await site.signIn(DUTY), await site.gateway.signIn()];
  const wall = await openWall(site, await site.addressOf(duty, 'wall'));
  wall.say({ subscribe: 1, grant: await site.addressOf(admin, 'wall') });
  wall.say({ subscribe: 2, grant: await site.addressOf(duty, 'ws-flv') });
  wall.say({ subscribe: 3, grant: '/live/wall?c=wall-0' });
  await expect
    .poll(() => wall.news.toSorted((a, b) => a.tile - b.tile)) // each is answered when it is known
    .toEqual([
      { tile: 1, state: 'ended', reason: 'foreign' },
      { tile: 2, state: 'ended', reason: 'another-way' },
      { tile: 3, state: 'ended', reason: 'malformed' },
    ]);
  expect(wall.pictures.size).toBe(0);
  wall.say({ nonsense: true });
  expect(await wall.closed).toEqual([1008, 'not-understood']);
});

it('takes a running picture away within seconds when the scope is narrowed, and everything when the session ends', async () => {
  const site = await openSite(2);
  const session = await site.signIn(DUTY);
  const wall = await openWall(site, await site.addressOf(session, 'wall'));
  for (const tile of [0, 1]) wall.say({ subscribe: tile, grant: await site.addressOf(session, 'wall', tile) });
  const flv = new TestViewer(site.at(await site.addressOf(session, 'ws-flv'), 'ws'));
  const player = await fetch(site.at(await site.addressOf(session, 'http-flv')));
  await Promise.all([flv.more(20_000), expect.poll(() => wall.pictures.size, { timeout: 20_000 }).toBe(2)]);

  const moved = Date.now();
  const device = (await site.gateway.call('GET', '/api/v1/devices/wall-0')) as object;
  const { online: _, lastSeenAt: __, id: ___, ...record } = device as Record<string, unknown>;
  await site.gateway.call('PUT', '/api/v1/devices/wall-0', { ...record, region: '360982000000' });
  await expect.poll(() => wall.news, { timeout: 8_000 }).toEqual([{ tile: 0, state: 'ended', reason: 'out-of-scope' }]);
  expect(await flv.closed).toBe(1008);
  await player.arrayBuffer(); // its end
  expect(Date.now() - moved).toBeLessThan(5_000);
  const before = wall.pictures.get(1) ?? 0;
  await expect.poll(() => wall.pictures.get(1), { timeout: 5_000 }).toBeGreaterThan(before + 10);

  const signedOut = Date.now();
  await site.call(session, '/api/v1/session', 'DELETE');
  expect(await wall.closed).toEqual([1008, 'session-over']);
  expect(Date.now() - signedOut).toBeLessThan(3_000);
});
