import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { deviceNetworks } from '../../../gateway/domain/device-networks.ts';
import { Encodings } from '../../../streams/encodings.ts';
import { Relays } from '../../../streams/relays.ts';
import { SESSION_LIMITS } from '../../../streams/rtsp/session.ts';
import { Transcodes } from '../../../streams/transcodes.ts';
import { decodeFlv } from '../../parts/flv-pictures.ts';
import { makeH264Loop } from '../../parts/h264-loop.ts';
import { h265Payloads, makeH265Loop } from '../../parts/h265-loop.ts';
import { RtspServer } from '../../parts/rtsp-server.ts';
import { type OnFinished, temporaryFolder } from '../../parts/temporary-folder.ts';

/** A viewer that takes everything. */
function viewer() {
  const chunks: Buffer[] = [];
  const closed: string[] = [];
  const send = (bytes: Buffer, sent: () => void): void => {
    chunks.push(bytes);
    setImmediate(sent);
  };
  return { chunks, closed, send, close: (reason: string) => void closed.push(reason) };
}

function openPool(onFinished: OnFinished, max: number, lingerMs = 200, encodings = new Encodings('off')) {
  const relays = new Relays({
    ...{ networks: deviceNetworks(['127.0.0.0/8']), allowBasic: false, lingerMs: 100, limits: SESSION_LIMITS },
    ...{ now: Date.now, random: Math.random, onState: () => {} },
  });
  const pool = new Transcodes({
    ...{ watch: (source, sink) => relays.watch(source, sink), encodings },
    ...{ now: Date.now, max, lingerMs },
  });
  onFinished(async () => {
    pool.close();
    relays.close();
  });
  return { pool, relays };
}

const sourceOf = (camera: string, { url }: RtspServer): StreamSource => ({
  camera,
  quality: 'sub',
  connection: { url },
});

/** ffmpegs that this process has started and that still run. */
const encoders = (): readonly number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        const [, name, state, parent] = /\((.*)\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
        return name === 'ffmpeg' && state !== 'Z' && Number(parent) === process.pid;
      } catch {
        return false; // no process, or one that ended just now
      }
    });

async function startH265(onFinished: OnFinished): Promise<RtspServer> {
  const loop = await makeH265Loop(320, 240);
  const camera = await RtspServer.start({ loop, codec: 'H265', fmtp: '', payloads: h265Payloads, sets: 'band' });
  onFinished(() => camera.stop());
  return camera;
}

it('makes H.264 of H.265, once for all viewers of a camera, and leaves no encoder behind', async ({
  onTestFinished,
}) => {
  const camera = await startH265(onTestFinished);
  const { pool } = openPool(onTestFinished, 1);
  const [first, second] = [viewer(), viewer()];
  const watching = [first, second].map((sink) => pool.watch(sourceOf('cam', camera), sink));
  await expect.poll(() => second.chunks.length, { timeout: 15_000 }).toBeGreaterThan(60);
  expect([pool.count, encoders().length, camera.sessionsEver]).toEqual([1, 1, 1]);
  const decoded = await decodeFlv(Buffer.concat(first.chunks), await temporaryFolder(onTestFinished));
  expect(decoded).toMatchObject({ width: 320, height: 240, errors: '' });
  expect(new Set(decoded.hashes).size).toBeGreaterThan(20);
  for (const one of watching) if (one.ok) one.value.leave();
  await expect.poll(() => [pool.count, encoders().length, camera.playing], { timeout: 5_000 }).toEqual([0, 0, 0]);
});

it('says what to change when the pool is full, and has room again when one is done', async ({ onTestFinished }) => {
  const camera = await RtspServer.start({ loop: await makeH264Loop(320, 240) });
  onTestFinished(() => camera.stop());
  const { pool } = openPool(onTestFinished, 1);
  const watching = pool.watch(sourceOf('a', camera), viewer());
  expect(pool.watch(sourceOf('b', camera), viewer())).toMatchObject({
    ok: false,
    error: { reason: 'transcode-full', text: expect.stringContaining('sub stream to H.264') },
  });
  expect(pool.watch(sourceOf('a', camera), viewer()).ok).toBe(true);
  if (watching.ok) watching.value.leave();
  pool.close();
  expect(pool.watch(sourceOf('b', camera), viewer()).ok).toBe(true);
});

it('goes on through an outage of its camera, and tells its viewers when the encoder dies', async ({
  onTestFinished,
}) => {
  const camera = await RtspServer.start({ loop: await makeH264Loop(320, 240) });
  onTestFinished(() => camera.stop());
  const { pool } = openPool(onTestFinished, 1);
  const seen = viewer();
  pool.watch(sourceOf('a', camera), seen);
  await expect.poll(() => seen.chunks.length, { timeout: 15_000 }).toBeGreaterThan(20);
  camera.dropAll();
  const before = seen.chunks.length;
  await expect.poll(() => seen.chunks.length, { timeout: 15_000 }).toBeGreaterThan(before + 30);
  for (const pid of encoders()) process.kill(pid, 'SIGKILL');
  await expect.poll(() => seen.closed, { timeout: 5_000 }).toEqual(['decoder']);
  expect(pool.count).toBe(0);
});

it('goes on by the processor where the hardware that was found does not do it after all', async ({
  onTestFinished,
}) => {
  const camera = await startH265(onTestFinished);
  const encodings = new Encodings('auto', async () => true); // this machine has none of it
  const { pool } = openPool(onTestFinished, 1, 200, encodings);
  const sink = viewer();
  pool.watch(sourceOf('cam', camera), sink);
  await expect.poll(() => sink.chunks.length, { timeout: 15_000 }).toBeGreaterThan(60);
  expect(sink.closed).toEqual([]);
  expect((await encodings.best()).name).toBe('libx264');
  const decoded = await decodeFlv(Buffer.concat(sink.chunks), await temporaryFolder(onTestFinished));
  expect(decoded).toMatchObject({ width: 320, height: 240, errors: '' });
});
