import { expect, it } from 'vitest';
import { captionOf, PtzHead } from '../../../simulators/camera/ptz.ts';

function head(): { head: PtzHead; pass: (ms: number) => void } {
  let now = 1_000;
  return {
    head: new PtzHead(() => now),
    pass: (ms) => {
      now += ms;
    },
  };
}

it('moves for as long as it is told to, and no further than its stop', () => {
  const { head: dome, pass } = head();
  dome.move({ pan: 1, tilt: 0, zoom: 0 }, 1000);
  pass(500);
  expect([dome.position().pan, dome.isMoving()]).toEqual([0.2, true]);
  pass(60_000);
  expect([dome.position().pan, dome.isMoving()]).toEqual([0.4, false]);
  dome.move({ pan: 1, tilt: 0, zoom: 0 }, 60_000);
  pass(60_000);
  expect(dome.position().pan).toBe(1);
});

it('stops one axis and lets the other go on', () => {
  const { head: dome, pass } = head();
  dome.move({ pan: 1, tilt: 0, zoom: 1 }, 10_000);
  pass(500);
  dome.stop(['zoom']);
  pass(500);
  expect(dome.position()).toEqual({ pan: 0.4, tilt: 0, zoom: 0.166667 });
  expect([dome.isMoving(['pan']), dome.isMoving(['zoom'])]).toEqual([true, false]);
});

it('arrives at a position on all axes, kept within their range', () => {
  const { head: dome, pass } = head();
  dome.goTo({ pan: -0.5, tilt: 2, zoom: 0.25 });
  pass(10_000);
  expect(dome.position()).toEqual({ pan: -0.5, tilt: 1, zoom: 0.25 });
  expect(captionOf(dome.position())).toBe('P-090.0 T+090.0 Z05.8');
});
