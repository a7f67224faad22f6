import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { LiveSources } from '../../../gateway/http/contract/video.ts';
import { ADMIN_PASSWORD, type HttpGateway, person, startHttpGateway } from '../../parts/http-gateway.ts';

async function upgrade(
  { port }: HttpGateway,
  path: string,
  headers: Record<string, string> = {},
): Promise<IncomingMessage> {
  const request = httpRequest({
    port,
    host: '127.0.0.1',
    path,
    headers: { connection: 'upgrade', upgrade: 'websocket', ...headers },
  });
  request.end();
  const [response]: IncomingMessage[] = await Promise.race([once(request, 'upgrade'), once(request, 'response')]);
  if (response === undefined) throw new Error('nothing was answered');
  response.resume();
  response.socket.destroy();
  return response;
}

it('opens a stream by a signed address only, for its user, camera and time', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const seat = await person(gateway, 'seat-a');
  const answer = await seat.get('/cameras/camera-k812/live?quality=main,sub');
  const { sources } = answer.body as LiveSources;
  expect(sources).toMatchObject(
    ['main', 'sub'].flatMap((quality) =>
      ['wall', 'ws-flv', 'http-flv'].map((protocol) => ({ protocol, quality, codec: 'h264' })),
    ),
  );
  const [url = '', other = ''] = [sources[4]?.url, sources[1]?.url];
  expect((await upgrade(gateway, url)).statusCode).toBe(101);
  expect(gateway.world.viewed).toEqual(['camera-k812/sub']);
  expect((await upgrade(gateway, other, { origin: gateway.url })).statusCode).toBe(101);
  const refused = async (path: string, headers = {}) => {
    const { statusCode, headers: answered } = await upgrade(gateway, path, headers);
    return [statusCode, answered['x-refused']];
  };
  expect(await refused(url, { origin: 'https://elsewhere.example' })).toEqual([403, 'foreign-origin']);
  expect(await refused(url.replace('camera-k812', 'zs-door-1'))).toEqual([403, 'signature']);
  expect(await refused('/live/flv/camera-k812/sub')).toEqual([403, 'malformed']);
  expect(await refused(url)).toEqual([403, 'replayed']);
  expect(await refused('/elsewhere')).toEqual([404, 'unknown-path']);
  await admin.put('/users/seat-a', { role: 'dispatcher', regions: ['360982000000'] });
  expect(await refused(url)).toEqual([403, 'out-of-scope']);
  gateway.advance(120_000);
  expect(await refused(url)).toEqual([403, 'expired']);
  expect((await seat.get('/cameras/camera-k812/live')).status).toBe(404);
});

it('gives a snapshot, moves a camera, and knows what is no camera', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const picture = await seat.get('/cameras/camera-k812/snapshot');
  expect([picture.status, picture.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
  expect((await seat.post('/cameras/camera-k812/ptz', { act: 'move', pan: 0.5 })).status).toBe(204);
  expect(gateway.world.sent).toEqual(['camera-k812 move']);
  expect(await seat.post('/cameras/camera-k812/ptz', { act: 'move', pan: 5 })).toMatchObject({
    status: 400,
    body: { field: 'pan' },
  });
  expect((await seat.get('/cameras/yz-fence-k812/snapshot')).status).toBe(404);
  expect((await seat.get('/cameras/camera-k812/live?quality=huge')).status).toBe(400);
  const viewer = await person(gateway, 'viewer', { role: 'viewer' });
  expect((await viewer.post('/cameras/camera-k812/ptz', { act: 'stop' })).status).toBe(403);
});

it('serves the console under a strict policy, and says in words when it is not built', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const get = (path: string) => fetch(`${gateway.url}${path}`);
  const missing = await get('/alarms');
  expect([missing.status, await missing.text()]).toEqual([503, expect.stringContaining('控制台尚未构建')]);
  await mkdir(join(gateway.folder, 'console', 'assets'), { recursive: true });
  await writeFile(join(gateway.folder, 'console', 'index.html'), '<!doctype html><title>烽燧</title>');
  await writeFile(join(gateway.folder, 'console', 'assets', 'app-1a2b.js'), 'export {};');
  for (const path of ['/', '/alarms/019392a0-0000-7000-8000-000000000001', '/wall/2?layout=4']) {
    const page = await get(path);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('烽燧')]);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("style-src 'self';");
    expect(policy).toContain("worker-src 'self' blob:");
    expect(policy).not.toContain('unsafe');
  }
  expect((await get('/assets/app-1a2b.js')).headers.get('cache-control')).toContain('immutable');
  expect((await get('/assets/gone.js')).status).toBe(404);
  expect((await get('/..%2fvault.key')).status).toBe(404);
  const wrong = await get('/api/v1/nothing');
  expect([wrong.status, wrong.headers.get('content-type')]).toEqual([404, expect.stringContaining('problem+json')]);
});

it('says whether it is alive and ready, and gives figures to this machine and to the administrator', async () => {
  let fault: string | undefined = 'disk-full';
  const gateway = await startHttpGateway(onTestFinished, {
    ports: { health: [{ name: 'journal', fault: () => fault }] },
  });
  expect(await (await fetch(`${gateway.url}/healthz`)).json()).toEqual({ ok: true });
  const waiting = await fetch(`${gateway.url}/readyz`);
  expect([waiting.status, await waiting.json()]).toEqual([
    503,
    { ready: false, parts: [{ name: 'journal', ok: false, reason: 'disk-full' }] },
  ]);
  fault = undefined;
  expect((await fetch(`${gateway.url}/readyz`)).status).toBe(200);
  expect(await (await fetch(`${gateway.url}/metrics`)).text()).toContain('fengsui_http_request_seconds_count');
  const outside = { 'x-forwarded-for': '203.0.113.7' };
  expect((await fetch(`${gateway.url}/metrics`, { headers: outside })).status).toBe(401);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const headers = { ...outside, authorization: `Bearer ${admin.token}` };
  expect((await fetch(`${gateway.url}/metrics`, { headers })).status).toBe(200);
});
