import { expect, it, onTestFinished, vi } from 'vitest';
import type { PtzAct } from '../../../gateway/domain/camera.ts';
import { type SimulatedCamera, startCamera } from '../../../simulators/camera/camera.ts';
import type { PtzPosition } from '../../../simulators/camera/ptz.ts';
import type { Quirks } from '../../../simulators/camera/quirks.ts';
import { cameraDevice, onvifAdapter, TestDirectory, TestIntake } from '../../parts/onvif-ports.ts';

const LOGIN = { username: 'admin', password: '密码 Fengsui-1' };

/** A dome of its own for each test, looking straight ahead at its widest. */
async function openDome(more: Quirks = {}) {
  const camera = await startCamera({ id: 'dome', name: '球机', ...LOGIN, quirks: { noEvents: true, ...more } });
  const directory = new TestDirectory();
  directory.put(cameraDevice('dome', camera.onvifUrl, { tags: ['fov:60', 'zoom:20'] }));
  const adapter = onvifAdapter(directory, new TestIntake());
  await adapter.start();
  onTestFinished(async () => {
    await adapter.stop();
    await camera.stop();
  });
  return { camera, adapter, done: async (act: PtzAct) => expect(await adapter.ptz('dome', act)).toEqual(DONE) };
}

const DONE = { ok: true, value: undefined };
const move = (pan: number, zoom = 0): PtzAct => ({ act: 'move', move: { pan, tilt: 0, zoom }, timeoutMs: 2_000 });
async function rests(camera: SimulatedCamera): Promise<PtzPosition> {
  let [before, at] = [camera.ptzPosition(), Date.now()];
  await vi.waitFor(
    () => {
      const [now, isLong] = [camera.ptzPosition(), Date.now() - at >= 50];
      const isStill = JSON.stringify(now) === JSON.stringify(before);
      if (isLong || !isStill) [before, at] = [now, Date.now()];
      expect(isStill && isLong).toBe(true);
    },
    { timeout: 8_000, interval: 20 },
  );
  return before;
}

it.each<[string, Quirks['headSpaces']]>([
  ['by its field of view', undefined],
  ['by its field of view, with a zoom that we reckon', 'fov-turn'],
  ['by angles that we reckon', 'degrees'],
])('fills the picture with a box %s, whichever way it is done', async (_, headSpaces) => {
  const { camera, adapter, done } = await openDome(headSpaces === undefined ? {} : { headSpaces });
  expect(await adapter.ptzAbilities('dome')).toMatchObject({ ok: true, value: { turns: true, zoomsTo: true } });
  // To the right and up, a quarter as wide as the picture; then once more from there.
  let factor = 1;
  let pan = 0;
  for (const aside of [0.45, -0.3]) {
    const middle = (aside + 1) / 2;
    await done({ act: 'zoom-to', box: { x: middle - 0.125, y: 0.3, width: 0.25, height: 0.2 } });
    const position = await rests(camera);
    pan += (Math.atan((aside * Math.tan(Math.PI / 6)) / factor) * 180) / Math.PI;
    expect(Math.abs(position.pan * 180 - pan)).toBeLessThan(0.5);
    expect(position.tilt).toBeGreaterThan(0.01);
    factor = 1 + 19 * position.zoom;
    expect(factor).toBeCloseTo(aside > 0 ? 4 : 16, 1);
  }
});

it('says honestly that it cannot where the camera knows nothing of its picture', async () => {
  const { camera, adapter } = await openDome({ headSpaces: 'generic' });
  expect(await adapter.ptzAbilities('dome')).toMatchObject({ ok: true, value: { turns: true, zoomsTo: false } });
  const act = { act: 'zoom-to', box: { x: 0, y: 0, width: 0.5, height: 0.5 } } as const;
  expect(await adapter.ptz('dome', act)).toMatchObject({ ok: false, error: { reason: 'not-supported' } });
  expect(camera.ptzPosition()).toEqual({ pan: 0, tilt: 0, zoom: 0 });
});

it('does what was said last, and does not go on turning when only the zoom is to go on', async () => {
  const { camera, adapter } = await openDome();
  // The camera is asked for the first; of what comes meanwhile only the latest is.
  const acts = [move(1), move(-1), move(1), move(-1, 0.5), move(0, 0.5)];
  expect(await Promise.all(acts.map((act) => adapter.ptz('dome', act)))).toEqual(acts.map(() => DONE));
  const { pan, zoom } = camera.ptzPosition();
  await expect.poll(() => camera.ptzPosition().zoom).toBeGreaterThan(zoom);
  expect(camera.ptzPosition().pan).toBe(pan);
  await Promise.all([adapter.ptz('dome', move(1)), adapter.ptz('dome', { act: 'stop' })]);
  const stopped = camera.ptzPosition();
  expect(await rests(camera)).toEqual(stopped);
});

it('stops a camera that still turns when the adapter stops', async () => {
  const { camera, adapter, done } = await openDome();
  await done({ act: 'move', move: { pan: -1, tilt: 0, zoom: 0 }, timeoutMs: 60_000 });
  await adapter.stop();
  const stopped = camera.ptzPosition();
  expect(stopped.pan).toBeGreaterThan(-1);
  expect(await rests(camera)).toEqual(stopped);
});
