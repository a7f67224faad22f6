import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import type { Tracks } from '../../../streams/flv-viewer.ts';
import { toAnnexB } from '../../../streams/h264/nal.ts';
import type { Relays } from '../../../streams/relays.ts';
import { decodeFlv } from '../../parts/flv-pictures.ts';
import { Gathering } from '../../parts/gathering-sink.ts';
import { hasGstRtspServer, startGstRtspServer } from '../../parts/gst-rtsp-server.ts';
import { makeH264Loop } from '../../parts/h264-loop.ts';
import { openTestRelays } from '../../parts/relays.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { shareOf, soundIn } from '../../parts/tone.ts';

const LOGIN = { username: 'admin', password: '12345' };
/** Pieces of 40 ms: enough to know a tone by. */
const SOME = 50;

async function openCamera(hasMicrophone = true) {
  const camera = await startCamera({ id: 'gate', name: '东门', ...LOGIN, rtspOnly: true, hasMicrophone });
  onTestFinished(() => camera.stop());
  const connection = { url: camera.rtspUrl('sub'), ...LOGIN };
  const source = { camera: 'gate', quality: 'sub', connection } as const;
  return { camera, source, heard: { ...source, sound: true } as const };
}

function watch(relays: Relays, source: StreamSource, tracks: Tracks) {
  const sink = new Gathering();
  const watching = relays.watch(source, sink, undefined, tracks);
  if (!watching.ok) throw new Error(watching.error.reason);
  return { sink, ...watching.value };
}

/** Of one second in the middle, for the beginning and the end are cut. */
const middle = (pcm: Buffer): Buffer => pcm.subarray(4_000, 20_000);

it('brings what a camera hears to who listens, alone or beside the pictures, over the one connection', async () => {
  const { camera, heard } = await openCamera();
  const relays = openTestRelays(onTestFinished);
  const [sound, both, pictures] = (['sound', 'both', 'pictures'] as const).map((what) => watch(relays, heard, what));
  if (sound === undefined || both === undefined || pictures === undefined) return expect.fail();
  await Promise.all([sound.sink.more(SOME), both.sink.more(2 * SOME)]);
  expect([camera.viewers(), camera.listeners()]).toEqual([1, 1]);
  const announced = [sound, both, pictures].map(({ sink }) => sink.chunks[0]?.[4]);
  expect(announced).toEqual([0b100, 0b101, 0b001]); // Source: Flash Video File Format 10.1, E.2
  const folder = await temporaryFolder(onTestFinished);
  for (const { sink } of [sound, both]) {
    const file = join(folder, `${process.hrtime.bigint()}.flv`);
    await writeFile(file, Buffer.concat(sink.chunks));
    expect(shareOf(middle(await soundIn(file)), 1000)).toBeGreaterThan(0.95);
  }
  expect(await decodeFlv(Buffer.concat(both.sink.chunks), folder)).toMatchObject({ width: 640, errors: '' });
  const silent = join(folder, 'pictures.flv');
  await writeFile(silent, Buffer.concat(pictures.sink.chunks));
  await expect(soundIn(silent)).rejects.toThrow(/does not contain any stream|matches no streams/);
});

it('asks a camera for no sound that nobody allowed, and says so to who wants to listen', async () => {
  const { camera, source, heard } = await openCamera();
  const relays = openTestRelays(onTestFinished);
  const { sink } = watch(relays, source, 'pictures');
  await sink.more(10);
  expect(() => watch(relays, source, 'sound')).toThrow('no-sound');
  expect([camera.listeners(), relays.status()[0]?.audio]).toEqual([0, 'g711a']);
  // Allowed from now on: who watched comes back to it, as after a change of its address.
  watch(relays, heard, 'sound');
  await expect.poll(() => camera.listeners(), { timeout: 5_000 }).toBe(1);
  await expect.poll(() => sink.closed).toBeDefined();
});

it('keeps the sound in the clip of an alarm where it is allowed, and only there', async () => {
  const { source, heard } = await openCamera();
  const relays = openTestRelays(onTestFinished);
  const folder = await temporaryFolder(onTestFinished);
  for (const one of [heard, { ...source, camera: 'silent' }]) {
    relays.arm([one]);
    const seen = watch(relays, one, 'pictures');
    await seen.sink.more(60);
    const moment = Date.now();
    const path = join(folder, `${one.camera}.mp4`);
    const clip = await relays.clip(one, { from: moment - 1500, to: moment + 1000, moment, path });
    expect(clip).toMatchObject({ ok: true });
    if (one.camera === 'gate') expect(shareOf(middle(await soundIn(path)), 1000)).toBeGreaterThan(0.95);
    else await expect(soundIn(path)).rejects.toThrow();
    expect((await readFile(path)).length).toBeGreaterThan(1000);
  }
});

it.skipIf(!hasGstRtspServer()).each(['aac', 'alaw'] as const)(
  'hears %s of GStreamer’s RTSP server, live and in a clip',
  async (codec) => {
    const folder = await temporaryFolder(onTestFinished);
    const file = join(folder, 'loop.h264');
    await writeFile(file, toAnnexB((await makeH264Loop(640, 368)).pictures.flat()));
    const server = await startGstRtspServer(file, 'h264', LOGIN, 'any', codec);
    onTestFinished(server.stop);
    const relays = openTestRelays(onTestFinished);
    const connection = { url: server.url, ...LOGIN };
    const source = { camera: 'gst', quality: 'main', connection, sound: true } as const;
    relays.arm([source]);
    const { sink } = watch(relays, source, 'sound');
    await sink.more(SOME);
    const moment = Date.now();
    const path = join(folder, 'clip.mp4');
    const clip = await relays.clip(source, { from: moment - 1500, to: moment + 1000, moment, path });
    expect(clip).toMatchObject({ ok: true });
    const live = join(folder, 'live.flv');
    await writeFile(live, Buffer.concat(sink.chunks));
    for (const one of [live, path]) expect(shareOf(middle(await soundIn(one)), 440)).toBeGreaterThan(0.9);
  },
);
