import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deviceNetworks } from '../../../gateway/domain/device-networks.ts';
import { type ManyCameras, type OneOfMany, startCameras } from '../../../simulators/cameras/cameras.ts';
import { parseTroubles } from '../../../simulators/cameras/troubles.ts';
import { playRtsp, SESSION_LIMITS } from '../../../streams/rtsp/session.ts';
import { view, withCredentials } from '../../parts/ffmpeg-viewer.ts';
import { playWithGst } from '../../parts/gst-player.ts';
import { hasGstRtspServer } from '../../parts/gst-rtsp-server.ts';

const LOGIN = { username: 'operator', password: 'many cameras' };
const CODECS = [
  ['h264', 0],
  ['h265', 1],
] as const;
let many: ManyCameras;
beforeAll(async () => {
  many = await startCameras({ ...LOGIN, count: 40, h265: 0.5 });
});
afterAll(() => many.stop());

const camera = (at: number): OneOfMany => {
  const found = many.cameras[at];
  if (found === undefined) throw new RangeError(`no camera ${at}`);
  return found;
};
const signed = (url: string): string => withCredentials(url, LOGIN.username, LOGIN.password);

describe('one of many cameras', () => {
  it.each(CODECS)('shows ffprobe its %s stream', async (codec, at) => {
    const entries = 'stream=codec_name,width,height,has_b_frames,avg_frame_rate';
    const args = ['-show_entries', entries, '-of', 'json', '-i', signed(camera(at).url)];
    const { output } = await view('ffprobe', args);
    const name = codec === 'h265' ? 'hevc' : codec;
    expect(JSON.parse(output.toString()).streams).toMatchObject([
      { codec_name: name, width: 640, height: 360, has_b_frames: 0, avg_frame_rate: '25/1' },
    ]);
  });

  it.concurrent.each(CODECS)(
    'is played in %s by ffmpeg without a word, past the end of its loop',
    async (_codec, at) => {
      const { code, words } = await view('ffmpeg', ['-i', signed(camera(at).url), '-t', '10.5', '-f', 'null', '-']);
      expect({ code, words }).toEqual({ code: 0, words: '' });
    },
  );

  it.skipIf(!hasGstRtspServer()).each(CODECS)('is played in %s by GStreamer', async (codec, at) => {
    await playWithGst(camera(at).url, codec, LOGIN, 60);
  });

  it('begins with a key picture, sends 25 pictures and half a megabit a second, and tells its viewers apart', async () => {
    const pictures = many.cameras.map(() => 0);
    const firsts: boolean[] = [];
    let bytes = 0;
    const sessions = await Promise.all(
      many.cameras.map(({ url }, at) =>
        playRtsp(
          {
            ...{ url, credentials: LOGIN, allowBasic: false, networks: deviceNetworks(['127.0.0.0/8']) },
            ...{ limits: SESSION_LIMITS, random: Math.random, onAudio: () => {}, onEnd: () => {} },
            onBytes: (more) => {
              bytes += more;
            },
            onAccessUnit: ({ isKey }) => {
              if (pictures[at] === 0) firsts.push(isKey);
              pictures[at] = (pictures[at] ?? 0) + 1;
            },
          },
          new AbortController().signal,
        ),
      ),
    );
    const startedAt = performance.now();
    const before = pictures.reduce((sum, count) => sum + count, 0);
    bytes = 0;
    await expect.poll(() => Math.min(...pictures), { timeout: 15_000, interval: 20 }).toBeGreaterThan(100);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(many.cameras.map(({ viewers }) => viewers())).toEqual(many.cameras.map(() => 1));
    const perSecond = (pictures.reduce((sum, count) => sum + count, 0) - before) / pictures.length / seconds;
    expect(perSecond).toBeGreaterThan(23);
    expect(perSecond).toBeLessThan(27);
    expect((bytes * 8) / pictures.length / seconds).toBeGreaterThan(400_000);
    expect((bytes * 8) / pictures.length / seconds).toBeLessThan(650_000);
    expect(firsts).toEqual(many.cameras.map(() => true));
    for (const session of sessions) if (session.ok) session.value.close();
    await expect.poll(() => many.cameras.every(({ viewers }) => viewers() === 0)).toBe(true);
  });

  it('refuses connections while it reboots, and is the only one that does', async () => {
    const [rebooting, other] = [camera(2), camera(3)];
    const back = rebooting.reboot(300);
    const knock = async ({ url }: OneOfMany): Promise<string> => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      const heard = await once(socket, 'connect').then(
        () => 'connected',
        (error: NodeJS.ErrnoException) => error.code ?? '',
      );
      socket.destroy();
      return heard;
    };
    await expect.poll(() => knock(rebooting), { interval: 10, timeout: 250 }).toBe('ECONNREFUSED');
    expect(await knock(other)).toBe('connected');
    await back;
    expect(await knock(rebooting)).toBe('connected');
  });

  it('misbehaves for one session by the address that it was called by', async () => {
    const url = `${camera(4).url}?trouble=missing=media`;
    expect((await view('ffprobe', ['-i', signed(url)])).code).not.toBe(0);
    expect((await view('ffprobe', ['-i', signed(camera(4).url)])).code).toBe(0);
  });
});

describe('troubles in words', () => {
  it('are read, several at once', () => {
    expect(parseTroubles('loss=0.1,drop=20,missing=rtpmap+sets,wrong=garbage')).toEqual({
      ...{ loss: 0.1, dropAfterMs: 20_000, missing: ['rtpmap', 'sets'], wrong: 'garbage' },
    });
  });

  it.each(['', 'los=1', 'loss=2', 'loss=', 'wrong=odd', 'missing=rtpmap+x'])(
    'are refused where they are none: %s',
    (text) => {
      expect(() => parseTroubles(text)).toThrow(/expected/);
    },
  );
});
