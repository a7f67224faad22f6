import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { deviceNetworks } from '../../../gateway/domain/device-networks.ts';
import { readJpegSize } from '../../../streams/jpeg.ts';
import { Relays } from '../../../streams/relays.ts';
import { SESSION_LIMITS } from '../../../streams/rtsp/session.ts';
import type { SourceStatus } from '../../../streams/source-status.ts';
import { decodeFlv } from '../../parts/flv-pictures.ts';
import { Gathering } from '../../parts/gathering-sink.ts';
import { type H264Loop, makeH264Loop } from '../../parts/h264-loop.ts';
import { RtspServer, type RtspServerOptions } from '../../parts/rtsp-server.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

type OnFinished = (cleanUp: () => Promise<void>) => void;
let loop: H264Loop;
beforeAll(async () => {
  loop = await makeH264Loop(320, 240);
});

function openRelays(
  onTestFinished: OnFinished,
  options: { lingerMs?: number; allowBasic?: boolean; silenceMs?: number } = {},
) {
  const states: SourceStatus[] = [];
  const watchers = new Set<() => void>();
  const relays = new Relays({
    networks: deviceNetworks(['127.0.0.0/8']),
    allowBasic: options.allowBasic ?? false,
    lingerMs: options.lingerMs ?? 200,
    limits: { ...SESSION_LIMITS, silenceMs: options.silenceMs ?? 5000 },
    now: Date.now,
    random: Math.random,
    onState: (status) => {
      states.push(status);
      for (const look of watchers) look();
    },
  });
  onTestFinished(async () => relays.close());
  const until = (is: (status: SourceStatus) => boolean): Promise<SourceStatus> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = states.find(is);
        if (found === undefined) return;
        watchers.delete(look);
        resolve(found);
      };
      watchers.add(look);
      look();
    });
  return { relays, states, until };
}

async function startServer(options: Partial<RtspServerOptions>, onTestFinished: OnFinished): Promise<RtspServer> {
  const server = await RtspServer.start({ loop, ...options });
  onTestFinished(() => server.stop());
  return server;
}

const at = (server: RtspServer, login: { username?: string; password?: string } = {}): StreamSource => ({
  camera: 'cam-1',
  quality: 'sub',
  connection: { url: server.url, ...login },
});

function watch(relays: Relays, source: StreamSource) {
  const sink = new Gathering();
  const watching = relays.watch(source, sink);
  if (!watching.ok) throw new Error(watching.error.text);
  return { sink, ...watching.value };
}

describe('a relay', () => {
  it('shows many viewers one session, moving pictures that decode whole', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    const [one, two] = [watch(relays, at(server)), watch(relays, at(server))];
    await Promise.all([one.sink.more(40), two.sink.more(40)]);
    const late = watch(relays, at(server)); // gets the running group at once, not the next key frame
    await late.sink.more(5);
    expect(server.sessionsEver).toBe(1);
    const folder = await temporaryFolder(onTestFinished);
    for (const { sink } of [one, two, late]) {
      const decoded = await decodeFlv(Buffer.concat(sink.chunks), folder);
      expect(decoded).toMatchObject({ width: 320, height: 240, errors: '' });
      expect(new Set(decoded.hashes).size).toBeGreaterThan(4);
    }
    expect(relays.status()).toMatchObject([{ state: 'playing', viewers: 3, width: 320, height: 240 }]);
    expect(relays.status()[0]?.bitsPerSecond).toBeGreaterThan(10_000);
  });

  it('tells the camera every five seconds what came, as RTCP wants it', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    const { sink } = watch(relays, at(server));
    await expect.poll(() => server.reports.length, { timeout: 12_000 }).toBeGreaterThan(0);
    const { channel, report } = server.reports[0] ?? expect.fail();
    expect([channel, report.readUInt8(1), report.readIntBE(13, 3)]).toEqual([1, 201, 0]);
    const before = sink.chunks.length;
    await sink.more(10); // and it plays on
    expect(sink.chunks.length).toBeGreaterThan(before);
  });

  it.each(['sdp', 'band'] as const)('finds the parameter sets in the %s alone', async (sets) => {
    const { onTestFinished } = await import('vitest');
    const server = await startServer({ sets }, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    const { sink } = watch(relays, at(server));
    await sink.more(30);
    const decoded = await decodeFlv(Buffer.concat(sink.chunks), await temporaryFolder(onTestFinished));
    expect(decoded).toMatchObject({ width: 320, errors: '' });
    expect(decoded.hashes.length).toBeGreaterThan(20);
  });

  it('closes the session with TEARDOWN some time after the last viewer, not at once', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays, until } = openRelays(onTestFinished, { lingerMs: 300 });
    const first = watch(relays, at(server));
    await first.sink.more(10);
    first.leave();
    const second = watch(relays, at(server)); // back within the time: the same session
    await second.sink.more(10);
    const ended = new Promise((resolve) => server.once('ended', () => resolve(undefined)));
    second.leave();
    second.leave(); // twice does no harm
    expect(relays.status()).toHaveLength(1);
    await Promise.all([ended, until(({ state }) => state === 'closed')]);
    expect(server.sessionsEver).toBe(1);
    expect(server.requests.at(-1)?.method).toBe('TEARDOWN');
    expect(relays.status()).toEqual([]);
  });

  it('never shows a torn picture after loss: it goes on at the next key frame', async ({ onTestFinished }) => {
    const server = await startServer({ loses: (sequence) => sequence % 41 === 0 }, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    const { sink } = watch(relays, at(server));
    await sink.more(30);
    const decoded = await decodeFlv(Buffer.concat(sink.chunks), await temporaryFolder(onTestFinished));
    expect(decoded.errors).toBe('');
    expect(decoded.hashes.length).toBeGreaterThan(10);
  });

  it('comes back after the camera died, on the same viewer, with time that only goes forward', async ({
    onTestFinished,
  }) => {
    const server = await startServer({}, onTestFinished);
    const { port } = server;
    const { relays, until } = openRelays(onTestFinished);
    const { sink } = watch(relays, at(server));
    await sink.more(30);
    await server.stop();
    const waiting = await until(({ state }) => state === 'waiting');
    expect(waiting.fault?.text).not.toMatch(/password|rtsp:/);
    expect(waiting.retryAt).toBeGreaterThan(waiting.since);
    await startServer({ port }, onTestFinished);
    await sink.more(30);
    const decoded = await decodeFlv(Buffer.concat(sink.chunks), await temporaryFolder(onTestFinished));
    expect(decoded.errors).toBe('');
    expect(decoded.hashes.length).toBeGreaterThan(40);
    expect(timesOf(Buffer.concat(sink.chunks))).toSatisfy(isAscending);
  });

  it('takes ten quiet seconds (here fewer) for death, and connects anew', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays, until } = openRelays(onTestFinished, { silenceMs: 500 });
    const { sink } = watch(relays, at(server));
    await sink.more(5);
    server.isSilent = true;
    expect((await until(({ state }) => state === 'waiting')).fault?.reason).toBe('silent');
    server.isSilent = false;
    await sink.more(10);
    expect(server.sessionsEver).toBe(2);
  });

  it('keeps a session alive that the camera would end, and answers a nonce that grew old', async ({
    onTestFinished,
  }) => {
    const login = { username: 'admin', password: 'a"b' };
    const options = { timeoutS: 2, auth: 'md5-qop', nonceUses: 4, ...login } as const;
    const server = await startServer(options, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    const { sink } = watch(relays, at(server, login));
    await sink.more(100); // four seconds
    expect(server.sessionsEver).toBe(1);
    expect(server.requests.filter(({ method }) => method === 'GET_PARAMETER').length).toBeGreaterThanOrEqual(2);
  });
});

describe('signing in', () => {
  it.each(['md5', 'md5-qop', 'sha256-qop'] as const)('speaks digest (%s) and never Basic beside it', async (auth) => {
    const { onTestFinished } = await import('vitest');
    const login = { username: '管理员', password: 'pä:ss word' };
    const server = await startServer({ auth, ...login }, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    await watch(relays, at(server, login)).sink.more(3);
    expect(server.requests.some(({ authorization }) => authorization?.startsWith('Basic'))).toBe(false);
    expect(server.requests.filter(({ method }) => method === 'DESCRIBE')).toHaveLength(2);
  });

  it('refuses to give a password in clear, unless that is allowed', async ({ onTestFinished }) => {
    const login = { username: 'admin', password: 'secret' };
    const server = await startServer({ auth: 'basic', ...login }, onTestFinished);
    const refusing = openRelays(onTestFinished);
    watch(refusing.relays, at(server, login));
    expect((await refusing.until(({ state }) => state === 'waiting')).fault?.reason).toBe('basic-refused');
    expect(server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
    refusing.relays.close();
    const allowing = openRelays(onTestFinished, { allowBasic: true });
    await watch(allowing.relays, at(server, login)).sink.more(3);
  });

  it('tries a wrong password once and then leaves the account alone, whoever asks again', async ({
    onTestFinished,
  }) => {
    const server = await startServer({ auth: 'md5-qop', username: 'admin', password: 'right' }, onTestFinished);
    const { relays, until } = openRelays(onTestFinished, { lingerMs: 10 });
    const wrong = at(server, { username: 'admin', password: 'wrong' });
    watch(relays, wrong).leave();
    watch(relays, wrong).leave();
    const { fault, retryAt = 0 } = await until(({ state }) => state === 'waiting');
    expect(fault?.reason).toBe('unauthorised');
    expect(retryAt - Date.now()).toBeGreaterThan(200_000);
    await until(({ state }) => state === 'closed');
    expect(await relays.snapshot(wrong)).toMatchObject({ ok: false, error: { reason: 'unauthorised' } });
    expect(server.requests.filter(({ authorization }) => authorization !== undefined)).toHaveLength(1);
    const right = at(server, { username: 'admin', password: 'right' });
    await watch(relays, right).sink.more(3); // a mended password is tried at once
  });
});

describe('a camera that points elsewhere', () => {
  it('is not followed: a redirect is a fault, and of a control address only path and query count', async ({
    onTestFinished,
  }) => {
    const trap = await startServer({}, onTestFinished);
    const redirecting = await startServer({ redirectTo: trap.url }, onTestFinished);
    const { relays, until } = openRelays(onTestFinished);
    watch(relays, at(redirecting));
    expect((await until(({ state }) => state === 'waiting')).fault?.reason).toBe('redirected');
    const control = (): string => `${trap.url.replace('channel', 'track')}/trackID=1`;
    const luring = await startServer({ control }, onTestFinished);
    await watch(relays, { ...at(luring), camera: 'cam-2' }).sink.more(3);
    expect(trap.requests).toEqual([]);
    const setup = luring.requests.find(({ method }) => method === 'SETUP');
    expect(setup?.uri).toBe(`rtsp://127.0.0.1:${luring.port}/stream1?track=1/trackID=1`);
  });

  it('is not called outside the device networks, by name or by address', async ({ onTestFinished }) => {
    const { relays, states } = openRelays(onTestFinished);
    const urls = ['rtsp://10.0.0.1/', 'rtsp://[::1]:5540/a', 'rtsp://169.254.169.254/latest'];
    for (const [index, url] of urls.entries()) {
      watch(relays, { camera: `cam-${index}`, quality: 'sub', connection: { url } });
    }
    await expect.poll(() => states.filter(({ fault }) => fault?.reason === 'outside-networks').length).toBe(3);
    const server = await startServer({}, onTestFinished);
    const url = server.url.replace('127.0.0.1', 'localhost');
    await watch(relays, { camera: 'cam-3', quality: 'sub', connection: { url } }).sink.more(3);
  });

  it('says what is wrong with a codec that it cannot show', async ({ onTestFinished }) => {
    const server = await startServer({ codec: 'AV1' }, onTestFinished);
    const { relays, until } = openRelays(onTestFinished);
    watch(relays, at(server));
    expect((await until(({ state }) => state === 'waiting')).fault).toEqual({
      reason: 'codec',
      text: 'the stream is AV1; set the camera to H264, H265',
    });
  });
});

describe('a snapshot', () => {
  it('comes from the key frame in memory, without a second session', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays } = openRelays(onTestFinished);
    await watch(relays, at(server)).sink.more(30);
    const before = Date.now();
    const [one, two] = await Promise.all([relays.snapshot(at(server)), relays.snapshot(at(server))]);
    expect(one).toMatchObject({ ok: true, value: { width: 320, height: 240 } });
    expect(two).toEqual(one);
    if (!one.ok) return;
    expect(readJpegSize(Buffer.from(one.value.jpeg))).toEqual({ width: 320, height: 240 });
    expect(before - one.value.at).toBeLessThan(1500);
    expect(server.sessionsEver).toBe(1);
  });

  it('opens the stream when nobody looks, and lets it go again', async ({ onTestFinished }) => {
    const server = await startServer({}, onTestFinished);
    const { relays, until } = openRelays(onTestFinished);
    expect(await relays.snapshot(at(server))).toMatchObject({ ok: true, value: { width: 320 } });
    await until(({ state }) => state === 'closed');
    await expect.poll(() => server.connections).toBe(0);
  });
});

/** Times of the pictures in an FLV stream, milliseconds; a script tag (type 18) has none of its own. */
function timesOf(flv: Buffer): readonly number[] {
  const times: number[] = [];
  for (let tag = 13; tag + 11 < flv.length; tag += 15 + flv.readUIntBE(tag + 1, 3)) {
    if (flv.readUInt8(tag) !== 18) times.push(flv.readUIntBE(tag + 4, 3) + flv.readUInt8(tag + 7) * 2 ** 24);
  }
  return times;
}
const isAscending = (times: readonly number[]): boolean =>
  times.every((time, index) => index === 0 || time >= (times[index - 1] ?? 0));
