import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { Recordings } from '../../../gateway/http/contract/recordings.ts';
import { LiveSources } from '../../../gateway/http/contract/video.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { CODE_RANGE, frameAt, readFrameCode } from '../../../simulators/camera/picture/frame-code.ts';
import { startGateway } from '../../parts/gateway.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { secret } from '../../parts/told.ts';

const run = promisify(execFile);
const LOGIN = { username: 'admin', password: secret('a recorder of the house') };
const HOUR_MS = 3_600_000;
const SIZE = { width: 640, height: 360 };

async function openSite() {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN });
  onTestFinished(() => camera.stop());
  const folder = await temporaryFolder(onTestFinished);
  const gateway = await startGateway({ dataDir: folder }, onTestFinished);
  await gateway.signIn();
  const record = { kind: 'camera', profile: 'onvif', name: '东门', region: '360902001001' };
  const tags = [`port:${new URL(camera.rtspUrl('main')).port}`];
  await gateway.call('PUT', '/api/v1/devices/gate', {
    ...record,
    tags,
    connection: { url: camera.onvifUrl, ...LOGIN },
  });
  await expect.poll(() => camera.subscriptions(), { timeout: 10_000 }).toBe(1);
  const spans = async (from: number, to: number) => {
    const query = `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`;
    return Recordings.parse(await gateway.call('GET', `/api/v1/cameras/gate/recordings?${query}`)).items;
  };
  const play = async (from: number, to: number, speed = 1): Promise<string> => {
    const wish = {
      recording: 'recording-1',
      from: new Date(from).toISOString(),
      to: new Date(to).toISOString(),
      speed,
    };
    const { sources } = LiveSources.parse(await gateway.call('POST', '/api/v1/cameras/gate/playback', wish));
    return new URL(sources.find(({ protocol }) => protocol === 'http-flv')?.url ?? '', gateway.url).href;
  };
  return { camera, gateway, folder, spans, play };
}

/** The frame codes of the pictures that came, each the number of the moment when it was taken. */
async function codesOf(flv: Uint8Array, folder: string): Promise<readonly number[]> {
  const file = join(folder, 'played.flv');
  await writeFile(file, flv);
  const raw = join(folder, 'played.gray');
  const scale = `scale=${SIZE.width}:${SIZE.height},format=gray`;
  await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', '-i', file, '-vf', scale, '-f', 'rawvideo', raw]);
  const bytes = await readFile(raw);
  const pixels = SIZE.width * SIZE.height;
  return Array.from({ length: Math.floor(bytes.length / pixels) }, (_, at) => {
    const luma = (x: number, y: number): number => bytes[at * pixels + Math.floor(y) * SIZE.width + Math.floor(x)] ?? 0;
    return readFrameCode(luma, SIZE) ?? -1;
  });
}

it('shows the moment that was asked for, to its end, and lets the recorder go', async () => {
  const { camera, folder, play } = await openSite();
  const from = Math.floor((Date.now() - 2 * HOUR_MS) / 1000) * 1000;
  const answer = await fetch(await play(from, from + 3_000));
  const flv = new Uint8Array(await answer.arrayBuffer()); // it ends by itself
  const codes = await codesOf(flv, folder);
  const first = frameAt(from) % CODE_RANGE;
  expect(codes.length).toBeGreaterThan(60);
  expect(codes.length).toBeLessThanOrEqual(75);
  expect(codes).toEqual(codes.map((_, at) => (first + at) % CODE_RANGE));
  // Each key picture says when it was taken, not when it came: `capturedAt` in FLV's script data.
  const at = Buffer.from(flv).indexOf('capturedAt');
  expect(Math.abs(Buffer.from(flv).readDoubleBE(at + 'capturedAt'.length + 1) - from)).toBeLessThan(1_000);
  await expect.poll(() => camera.replays()).toBe(0);
});

it('plays faster, and to each who asks at their own pace', async () => {
  const { camera, folder, play } = await openSite();
  const from = Date.now() - HOUR_MS;
  const began = Date.now();
  const slow = await fetch(await play(from, from + 60_000));
  const quick = await fetch(await play(from, from + 8_000, 4));
  const codes = await codesOf(new Uint8Array(await quick.arrayBuffer()), folder);
  expect(codes.length).toBeGreaterThan(150);
  expect(Date.now() - began).toBeLessThan(9_000);
  expect(camera.replays()).toBe(1);
  await slow.body?.cancel();
  await expect.poll(() => camera.replays(), { timeout: 10_000 }).toBe(0);
});

it('says when there is a recording, gives the search back, and names what a camera has not', async () => {
  const { camera, gateway, spans } = await openSite();
  const now = Date.now();
  const found = await spans(now - 8 * HOUR_MS, now - 4 * HOUR_MS);
  expect(found.map(({ recording }) => recording)).toEqual(['recording-1', 'recording-1']);
  expect(Date.parse(found[0]?.to ?? '') - (now - 6 * HOUR_MS)).toBeLessThan(5_000);
  expect(await spans(now - 5.9 * HOUR_MS, now - 5.1 * HOUR_MS)).toEqual([]);
  camera.misbehave({ searchNeverEnds: true });
  expect(await spans(now - HOUR_MS, now)).toHaveLength(1);
  const wish = { recording: 'none-of-it', from: new Date(now - 1000).toISOString(), to: new Date(now).toISOString() };
  await gateway.call('POST', '/api/v1/cameras/gate/playback', wish, 502);
  await gateway.call('POST', '/api/v1/cameras/gate/playback', { ...wish, to: wish.from }, 400);
});
