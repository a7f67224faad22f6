import { expect, it } from 'vitest';
import { deviceNetworks } from '../../../gateway/domain/device-networks.ts';
import { startCamera } from '../../../simulators/camera/camera.ts';
import { Relays } from '../../../streams/relays.ts';
import { SESSION_LIMITS } from '../../../streams/rtsp/session.ts';
import { decodeFlv } from '../../parts/flv-pictures.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

it('relays the simulated camera, both qualities, through its reboot', async ({ onTestFinished }) => {
  const login = { username: 'admin', password: 'Fengsui-2026' };
  const camera = await startCamera({ id: 'cam-1', name: '沪昆线 K812+300', ...login });
  onTestFinished(() => camera.stop());
  const relays = new Relays({
    networks: deviceNetworks(['127.0.0.0/8']),
    allowBasic: false,
    lingerMs: 100,
    limits: SESSION_LIMITS,
    now: Date.now,
    random: Math.random,
    onState: () => {},
  });
  onTestFinished(async () => relays.close());
  const source = (quality: 'main' | 'sub') =>
    ({ camera: 'cam-1', quality, connection: { url: camera.rtspUrl(quality), ...login } }) as const;
  const chunks: Buffer[] = [];
  const sink = {
    send: (bytes: Buffer, sent: () => void) => {
      chunks.push(bytes);
      setImmediate(sent);
    },
    close: () => {},
  };
  const watching = [
    relays.watch(source('sub'), sink),
    relays.watch(source('sub'), { ...sink, send: (_: Buffer, sent: () => void) => sent() }),
  ];
  expect(watching.every(({ ok }) => ok)).toBe(true);
  await expect.poll(() => chunks.length, { timeout: 15_000 }).toBeGreaterThan(60);
  expect(camera.viewers()).toBe(1);
  expect(await relays.snapshot(source('main'))).toMatchObject({ ok: true, value: { width: 1280, height: 720 } });
  const before = chunks.length;
  await camera.reboot();
  await expect.poll(() => chunks.length, { timeout: 15_000 }).toBeGreaterThan(before + 60);
  const decoded = await decodeFlv(Buffer.concat(chunks), await temporaryFolder(onTestFinished));
  expect(decoded).toMatchObject({ width: 640, height: 360, errors: '' });
  expect(new Set(decoded.hashes).size).toBeGreaterThan(80);
});
