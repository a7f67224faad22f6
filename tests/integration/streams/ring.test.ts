import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StreamSource } from '../../../gateway/domain/camera.ts';
import { readJpegSize } from '../../../streams/jpeg.ts';
import type { Relays, RelaysOptions } from '../../../streams/relays.ts';
import { type H264Loop, makeH264Loop } from '../../parts/h264-loop.ts';
import { type H265Loop, h265Payloads, makeH265Loop } from '../../parts/h265-loop.ts';
import { openTestRelays } from '../../parts/relays.ts';
import { RtspServer, type RtspServerOptions } from '../../parts/rtsp-server.ts';
import { type OnFinished, temporaryFolder } from '../../parts/temporary-folder.ts';

let h264: H264Loop;
let h265: H265Loop;
beforeAll(async () => {
  [h264, h265] = await Promise.all([makeH264Loop(320, 240), makeH265Loop(320, 256)]);
});

const openRelays = (onTestFinished: OnFinished, more: Partial<RelaysOptions> = {}): Relays =>
  openTestRelays(onTestFinished, { ringMs: 1500, ...more });

async function startServer(onTestFinished: OnFinished, more: Partial<RtspServerOptions> = {}) {
  const server = await RtspServer.start({ loop: h264, ...more });
  onTestFinished(() => server.stop());
  const source: StreamSource = { camera: 'camera-k812', quality: 'sub', connection: { url: server.url } };
  return { server, source };
}

const asH265 = (): Partial<RtspServerOptions> => ({
  loop: h265,
  codec: 'H265',
  payloads: h265Payloads,
  fmtp: `sprop-vps=${h265.vps.toString('base64')}; sprop-sps=${h265.sps.toString('base64')}; sprop-pps=${h265.pps.toString('base64')}`,
});

/** What ffprobe says of a file's video: an independent reader. */
async function probe(path: string): Promise<Readonly<Record<string, string | number>>> {
  const args = ['-v', 'error', '-select_streams', 'v', '-count_frames', '-show_entries'];
  const what = 'stream=codec_name,codec_tag_string,width,height,start_time,nb_read_frames,duration';
  const { stdout, stderr } = await promisify(execFile)('ffprobe', [...args, what, '-of', 'json', path]);
  const { streams } = JSON.parse(stdout) as { streams: [Record<string, string | number>] };
  return { ...streams[0], words: stderr };
}

/** Resolves when the stream has played for so long. */
const playedFor = (relays: Relays, ms: number) =>
  expect
    .poll(
      () => {
        const [first] = relays.status();
        return first?.state === 'playing' ? Date.now() - first.since : 0;
      },
      { timeout: 8000, interval: 20 },
    )
    .toBeGreaterThan(ms);

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('a ring', () => {
  it.each([
    ['H.264', 'h264', 'avc1', 240, () => ({})],
    ['H.265', 'hevc', 'hvc1', 256, asH265],
  ] as const)(
    'gives a clip in %s from before the alarm and the picture of its moment, over the one connection',
    async (...[, codec, tag, height, more]) => {
      const cleaning: (() => Promise<void>)[] = [];
      const onFinished: OnFinished = (cleanUp) => void cleaning.push(cleanUp);
      try {
        const folder = await temporaryFolder(onFinished);
        const { server, source } = await startServer(onFinished, more());
        const relays = openRelays(onFinished);
        relays.arm([source]);
        await playedFor(relays, 2200);
        const moment = Date.now();
        const path = join(folder, 'clip.part');
        const wish = { from: moment - 1500, to: moment + 500, moment, path };
        const [still, clip] = await Promise.all([relays.snapshot(source, moment), relays.clip(source, wish)]);

        if (!still.ok) return expect.fail(still.error.text);
        expect(readJpegSize(Buffer.from(still.value.jpeg))).toEqual({ width: 320, height });
        expect(Math.abs(still.value.at - moment)).toBeLessThan(600); // its key frame may be a second older

        if (!clip.ok) return expect.fail(clip.error.text);
        const { value } = clip;
        expect(value.note).toBeUndefined();
        expect(value.from).toBeLessThanOrEqual(wish.from + 400);
        expect(value.from).toBeGreaterThan(wish.from - 1200); // the key frame before it
        expect(Math.abs(value.to - wish.to)).toBeLessThan(450);
        const bytes = await readFile(path);
        expect(value).toMatchObject({
          bytes: bytes.length,
          sha256: sha256(bytes),
          codec: codec === 'hevc' ? 'h265' : codec,
        });
        const seen = await probe(path);
        expect(seen).toMatchObject({ words: '', codec_name: codec, codec_tag_string: tag, width: 320, height });
        expect(Number(seen['start_time'])).toBe(0);
        expect(Number(seen['nb_read_frames'])).toBeGreaterThan(25);
        // The server's clock of 40 ms a picture runs behind ours where the machine is busy.
        expect(Number(seen['duration']) * 1000).toBeGreaterThan((value.to - value.from) * 0.5);
        expect(server.sessionsEver).toBe(1);
      } finally {
        for (const cleanUp of cleaning.reverse()) await cleanUp();
      }
    },
  );

  it('of a camera that was not open gives what can be had, and says so', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const { server, source } = await startServer(onTestFinished);
    const relays = openRelays(onTestFinished);
    const moment = Date.now();
    const wish = { from: moment - 1500, to: moment + 1800, moment, path: join(folder, 'clip.part') };
    const clip = await relays.clip(source, wish);
    expect(clip).toMatchObject({ ok: true, value: { note: 'not-open', codec: 'h264' } });
    if (clip.ok) expect(clip.value.from).toBeGreaterThanOrEqual(moment);
    expect((await probe(wish.path))['words']).toBe('');
    expect(relays.status()).toMatchObject([{ state: 'playing', viewers: 0 }]); // held for a minute after an alarm
    expect(server.playing).toBe(1);
  });

  it('goes on over an outage in the middle of a clip, and says that it was broken off', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const { server, source } = await startServer(onTestFinished, { timeoutS: 60 });
    const relays = openRelays(onTestFinished);
    relays.arm([source]);
    await playedFor(relays, 1500);
    const moment = Date.now();
    const wish = { from: moment - 1000, to: moment + 2800, moment, path: join(folder, 'clip.part') };
    const taking = relays.clip(source, wish);
    server.dropAll();
    const clip = await taking;
    expect(clip).toMatchObject({ ok: true, value: { note: 'interrupted' } });
    const { words, duration } = await probe(wish.path);
    expect(words).toBe('');
    expect(Number(duration)).toBeGreaterThan(2.5); // the time without pictures is in it
  });

  it('ends a clip at once when the gateway stops, with what it has', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const { source } = await startServer(onTestFinished);
    const relays = openRelays(onTestFinished);
    relays.arm([source]);
    await playedFor(relays, 1500);
    const moment = Date.now();
    const wish = { from: moment - 1000, to: moment + 60_000, moment, path: join(folder, 'clip.part') };
    const taking = relays.clip(source, wish);
    relays.endClips();
    expect(await taking).toMatchObject({ ok: true, value: { note: 'interrupted' } });
    expect(Date.now() - moment).toBeLessThan(5000);
  });

  it('leaves nothing but a fault where the disk does not take the clip', async ({ onTestFinished }) => {
    const { source } = await startServer(onTestFinished);
    const relays = openRelays(onTestFinished);
    const moment = Date.now();
    const wish = { from: moment, to: moment + 100, moment, path: '/proc/none/clip.part' };
    expect(await relays.clip(source, wish)).toMatchObject({ ok: false, error: { reason: 'disk' } });
    const nowhere = { ...source, connection: { url: 'rtsp://' } };
    expect(await relays.clip(nowhere, wish)).toMatchObject({ ok: false, error: { reason: 'bad-url' } });
  });

  it('closes when its camera is no longer armed and nothing has happened there', async ({ onTestFinished }) => {
    const { server, source } = await startServer(onTestFinished);
    let offsetMs = 0;
    const relays = openRelays(onTestFinished, { lingerMs: 50, now: () => Date.now() + offsetMs });
    relays.arm([source]);
    await expect.poll(() => relays.status()[0]?.keptBytes ?? 0, { timeout: 8000 }).toBeGreaterThan(0);
    await relays.snapshot(source, Date.now());
    relays.arm([]);
    expect(relays.status()).toHaveLength(1);
    offsetMs = 61_000;
    await expect.poll(() => relays.status(), { timeout: 5000 }).toEqual([]);
    await expect.poll(() => server.playing).toBe(0);
  });
});
