import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pino } from 'pino';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { startVideoPlane } from '../../../streams/plane.ts';
import type { SourceStatus } from '../../../streams/source-status.ts';
import type { VideoPlane } from '../../../streams/video-plane.ts';
import { decodeFlv, TestViewer } from '../../parts/flv-pictures.ts';
import { type H264Loop, makeH264Loop, makeHeavyLoop } from '../../parts/h264-loop.ts';
import { RtspServer } from '../../parts/rtsp-server.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

type OnFinished = (cleanUp: () => Promise<void>) => void;
let loop: H264Loop;
beforeAll(async () => {
  loop = await makeH264Loop(320, 240);
});

async function openPlane(onTestFinished: OnFinished, lingerMs = 300) {
  const pids: number[] = [];
  const states: SourceStatus[] = [];
  const onLine = (line: string): void => {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null && 'pid' in entry && 'level' in entry && entry.level === 30) {
      pids.push(Number(entry.pid));
    }
  };
  const log = pino({ level: 'info', base: null }, { write: onLine });
  const plane = await startVideoPlane({ deviceNetworks: ['127.0.0.0/8'], lingerMs, log });
  plane.onState((status) => states.push(status));
  onTestFinished(() => plane.stop());
  const pid = (): number => pids.at(-1) ?? 0;
  return { plane, states, pid, pids };
}

/** What the gateway does with an upgrade once it has checked the address: the camera's id is the last part of it. */
function serveViewers(server: Server, plane: VideoPlane, find: (camera: string) => StreamSource): void {
  let viewing = 0;
  server.on('upgrade', (request, socket, head) => {
    viewing += 1;
    const source = find(request.url?.split('/').at(-1) ?? '');
    void plane.view(viewing, { source, format: 'sent' }, request, socket, head);
  });
}

async function openPort(
  plane: VideoPlane,
  url: string,
  onTestFinished: OnFinished,
  tls?: { key: string; cert: string },
) {
  const server = tls === undefined ? createServer() : createTlsServer(tls);
  serveViewers(server, plane, (camera) => ({ camera, quality: 'sub', connection: { url } }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  onTestFinished(close);
  return { port, close, url: `${tls === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/live` };
}

async function startServer(made: H264Loop, onTestFinished: OnFinished): Promise<RtspServer> {
  const server = await RtspServer.start({ loop: made });
  onTestFinished(() => server.stop());
  return server;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the video plane as a process of its own', () => {
  it('shows one camera to two viewers through sockets that the gateway handed over', async ({ onTestFinished }) => {
    const camera = await startServer(loop, onTestFinished);
    const { plane, states, pid } = await openPlane(onTestFinished);
    const port = await openPort(plane, camera.url, onTestFinished);
    const [one, two] = [new TestViewer(`${port.url}/cam-1`), new TestViewer(`${port.url}/cam-1`)];
    await Promise.all([one.more(60_000), two.more(60_000)]);
    expect(camera.sessionsEver).toBe(1);
    expect(await plane.status()).toMatchObject([{ camera: 'cam-1', state: 'playing', viewers: 2, width: 320 }]);
    const decoded = await decodeFlv(one.flv(), await temporaryFolder(onTestFinished));
    expect(decoded).toMatchObject({ width: 320, height: 240, errors: '' });
    expect(new Set(decoded.hashes).size).toBeGreaterThan(10);
    await port.close(); // waits for no viewer: their sockets are the plane's now
    await two.more(5000);
    one.ws.close();
    two.ws.terminate();
    expect(await one.closed).toBe(1005);
    await expect.poll(() => states.at(-1)?.state, { timeout: 5000 }).toBe('closed');
    expect(await plane.status()).toEqual([]);
    await plane.stop();
    expect(isAlive(pid())).toBe(false);
    await expect.poll(() => camera.connections).toBe(0);
  });

  it('serves encrypted viewers too', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const files = ['-keyout', join(folder, 'key'), '-out', join(folder, 'cert')];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, '-days', '1', '-subj', '/CN=localhost'];
    execFileSync('openssl', args, { stdio: 'ignore' });
    const tls = { key: readFileSync(join(folder, 'key'), 'utf8'), cert: readFileSync(join(folder, 'cert'), 'utf8') };
    const camera = await startServer(loop, onTestFinished);
    const { plane, states } = await openPlane(onTestFinished);
    const port = await openPort(plane, camera.url, onTestFinished, tls);
    const viewer = new TestViewer(`${port.url}/cam-1`, { rejectUnauthorized: false });
    await viewer.more(40_000);
    expect(await decodeFlv(viewer.flv(), folder)).toMatchObject({ width: 320, errors: '' });
    viewer.ws.terminate();
    await expect.poll(() => states.at(-1)?.state, { timeout: 5000 }).toBe('closed');
  });

  it('comes back after it was killed; viewers come again and see', async ({ onTestFinished }) => {
    const camera = await startServer(loop, onTestFinished);
    const { plane, states, pid, pids } = await openPlane(onTestFinished);
    const port = await openPort(plane, camera.url, onTestFinished);
    const viewer = new TestViewer(`${port.url}/cam-1`);
    await viewer.more(10_000);
    const source: StreamSource = { camera: 'cam-2', quality: 'sub', connection: { url: camera.url } };
    const picture = plane.snapshot(source);
    process.kill(pid(), 'SIGKILL');
    expect(await viewer.closed).toBe(1006);
    const early = await picture; // asked of the dead one: answered, not left hanging
    expect(early.ok || early.error.reason === 'plane-away').toBe(true);
    await expect.poll(() => states.filter(({ state }) => state === 'closed').length).toBeGreaterThan(0);
    await expect.poll(() => pids.length, { timeout: 10_000 }).toBe(2);
    const again = new TestViewer(`${port.url}/cam-1`);
    await again.more(20_000);
    expect(await plane.snapshot(source)).toMatchObject({ ok: true, value: { width: 320, height: 240 } });
  });

  it('is ended and started again when it lives and does not answer', async ({ onTestFinished }) => {
    const { plane, pid, pids } = await openPlane(onTestFinished);
    const frozen = pid();
    process.kill(frozen, 'SIGSTOP');
    await expect.poll(() => isAlive(frozen), { timeout: 25_000 }).toBe(false);
    await expect.poll(() => new Set(pids).size, { timeout: 10_000 }).toBe(2);
    expect(await plane.status()).toEqual([]);
  });

  it('answers a picture with its time and size, and a fault in words', async ({ onTestFinished }) => {
    const camera = await startServer(loop, onTestFinished);
    const { plane } = await openPlane(onTestFinished);
    const connection = { url: camera.url };
    const shot = await plane.snapshot({ camera: 'cam-1', quality: 'main', connection });
    expect(shot).toMatchObject({ ok: true, value: { width: 320, height: 240 } });
    if (shot.ok) expect([...shot.value.jpeg.subarray(0, 2)]).toEqual([0xff, 0xd8]);
    const away = { url: 'rtsp://10.9.8.7/x', username: 'admin', password: 'hunter2' };
    const missing = await plane.snapshot({ camera: 'cam-2', quality: 'main', connection: away });
    expect(missing).toMatchObject({ ok: false, error: { reason: 'outside-networks' } });
    expect(JSON.stringify(missing)).not.toContain('hunter2');
  });

  it('lives through requests that are no viewers', async ({ onTestFinished }) => {
    const camera = await startServer(loop, onTestFinished);
    const { plane, pids } = await openPlane(onTestFinished);
    const port = await openPort(plane, camera.url, onTestFinished);
    const ask = async (lines: readonly string[], then = ''): Promise<string> => {
      const socket = connect(port.port, '127.0.0.1');
      socket.write(`${lines.join('\r\n')}\r\n\r\n${then}`);
      const chunks: Buffer[] = [];
      socket.on('data', (chunk) => chunks.push(chunk));
      await once(socket, 'close');
      return Buffer.concat(chunks).toString('latin1');
    };
    const upgrade = ['GET /live/cam-1 HTTP/1.1', 'Host: x', 'Connection: Upgrade', 'Upgrade: websocket'];
    expect(await ask(upgrade)).toContain('400 Bad Request');
    expect(await ask([...upgrade, 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short'])).toContain('400');
    const key = ['Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='];
    const noise = 'nonsense that is no frame'.repeat(100);
    expect(await ask([...upgrade, ...key], noise)).toContain('101 Switching Protocols');
    const leaving = connect(port.port, '127.0.0.1');
    leaving.write(`${[...upgrade, ...key].join('\r\n')}\r\n\r\n`, () => leaving.resetAndDestroy());
    await new TestViewer(`${port.url}/cam-1`).more(10_000);
    expect(pids).toHaveLength(1);
  });

  it('drops what a stalled viewer does not take, then the viewer; the others go on', async ({ onTestFinished }) => {
    const camera = await startServer(await makeHeavyLoop(), onTestFinished);
    const { plane, pid } = await openPlane(onTestFinished);
    const port = await openPort(plane, camera.url, onTestFinished);
    const good = new TestViewer(`${port.url}/cam-1`);
    await good.more(2_000_000);
    const stalled = new TestViewer(`${port.url}/cam-1`);
    await once(stalled.ws, 'open');
    stalled.ws.pause();
    await expect.poll(async () => (await plane.status())[0]?.viewers).toBe(2);
    const residentMb = (): number =>
      Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid()}/status`, 'utf8'))?.[1]) / 1024;
    const before = residentMb();
    let peak = before;
    const samples = setInterval(() => {
      peak = Math.max(peak, residentMb());
    }, 500);
    await expect.poll(async () => (await plane.status())[0]?.viewers, { timeout: 60_000, interval: 500 }).toBe(1);
    clearInterval(samples);
    expect(peak - before).toBeLessThan(60);
    good.chunks.length = 0; // the test's own memory
    await good.more(2_000_000);
  });

  it('ends with its gateway, however that ends', async ({ onTestFinished }) => {
    const script = `
      const { startVideoPlane } = await import(${JSON.stringify(pathToFileURL(join(process.cwd(), 'streams/plane.ts')).href)});
      const log = { level: 'silent', info: ({ pid }) => console.log(pid), error() {} };
      await startVideoPlane({ deviceNetworks: ['127.0.0.0/8'], log });
      setInterval(() => {}, 1000);`;
    const gateway = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(async () => void gateway.kill('SIGKILL'));
    const [line] = await once(gateway.stdout, 'data');
    const pid = Number(String(line));
    expect(isAlive(pid)).toBe(true);
    gateway.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  });
});
