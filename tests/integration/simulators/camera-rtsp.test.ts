import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import { CODE_RANGE, FRAME_MS, frameAt, readFrameCode } from '../../../simulators/camera/picture/frame-code.ts';
import { view, withCredentials } from '../../parts/ffmpeg-viewer.ts';

const SUB = { width: 640, height: 360 };
const credentials = { username: 'operator', password: 'p@ss "word"' };
let camera: SimulatedCamera;

beforeAll(async () => {
  camera = await startCamera({ id: 'cam', name: '沪昆线 K812+150 下行', scene: 0, rtspOnly: true, ...credentials });
});
afterAll(() => camera.stop());

const url = (quality: 'main' | 'sub', password = credentials.password): string =>
  withCredentials(camera.rtspUrl(quality), credentials.username, password);

/** Frame numbers read off decoded pictures, which are one byte a sample. */
function frameCodes(pictures: Buffer, { width, height }: typeof SUB): (number | undefined)[] {
  return Array.from({ length: pictures.length / (width * height) }, (_, i) =>
    readFrameCode((x, y) => pictures[(i * height + Math.floor(y)) * width + Math.floor(x)] ?? 0, { width, height }),
  );
}

describe('a simulated camera over RTSP', () => {
  it.each([
    ['main', 1280, 720],
    ['sub', 640, 360],
  ] as const)('shows ffprobe its %s stream', async (quality, width, height) => {
    const entries = 'stream=codec_name,profile,width,height,has_b_frames,avg_frame_rate';
    const { output } = await view('ffprobe', ['-show_entries', entries, '-of', 'json', '-i', url(quality)]);
    expect(JSON.parse(output.toString()).streams).toMatchObject([
      { codec_name: 'h264', profile: 'Constrained Baseline', width, height, has_b_frames: 0, avg_frame_rate: '25/1' },
    ]);
  });

  it('carries the frame number of its clock in every picture, and ffmpeg finds no fault with any', async () => {
    const args = [
      '-i',
      url('sub'),
      '-frames:v',
      '80',
      '-fps_mode',
      'passthrough',
      '-f',
      'rawvideo',
      '-pix_fmt',
      'gray',
      '-',
    ];
    const before = frameAt(Date.now());
    const { output, words } = await view('ffmpeg', args);
    expect(words).toBe('');
    const codes = frameCodes(output, SUB);
    const [first = -1] = codes;
    expect(codes).toEqual(Array.from({ length: 80 }, (_, i) => (first + i) % CODE_RANGE));
    const age = (first - (before % CODE_RANGE) + CODE_RANGE) % CODE_RANGE;
    expect(age * FRAME_MS).toBeLessThan(10_000);
  });

  it('decodes its main stream without a word from ffmpeg', async () => {
    const { code, words } = await view('ffmpeg', ['-i', url('main'), '-frames:v', '110', '-f', 'null', '-']);
    expect({ code, words }).toEqual({ code: 0, words: '' });
  });

  it('refuses a wrong password', async () => {
    const { code, words } = await view('ffprobe', ['-i', url('sub', 'guess')]);
    expect(code).not.toBe(0);
    expect(words).toContain('401 Unauthorized');
  });

  it('counts its viewers, loses them at a reboot and comes back on the same port', async () => {
    const before = camera.rtspUrl('sub');
    const watching = view('ffmpeg', ['-i', url('sub'), '-f', 'null', '-']);
    await vi.waitFor(() => expect(camera.viewers()).toBe(1), 10_000);
    await camera.reboot();
    await watching;
    expect(camera.viewers()).toBe(0);
    expect(camera.rtspUrl('sub')).toBe(before);
    expect((await view('ffprobe', ['-i', url('sub')])).code).toBe(0);
  });

  it('hangs up on what is no RTSP client', async () => {
    const socket = connect(Number(new URL(camera.rtspUrl('sub')).port), '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\n\r\n');
    await once(socket.resume(), 'close');
  });
});
