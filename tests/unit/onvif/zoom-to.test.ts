import { expect, it } from 'vitest';
import type { PtzSpaces } from '../../../adapters/onvif/ptz-service.ts';
import { opticsOf, planZoom, zoomWay } from '../../../adapters/onvif/zoom-to.ts';

const SPACE = 'http://www.onvif.org/ver10/tptz';
const every = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
const one = { min: -1, max: 1 };
const plane = (uri: string, x: { min: number; max: number }, y = x) => ({ uri: `${SPACE}/PanTiltSpaces/${uri}`, x, y });
const line = (uri: string, x: { min: number; max: number }) => ({ uri: `${SPACE}/ZoomSpaces/${uri}`, x, y: undefined });
const generic = {
  absolutePanTilt: [plane('PositionGenericSpace', one)],
  absoluteZoom: [line('PositionGenericSpace', { min: 0, max: 1 })],
  relativePanTilt: [plane('TranslationGenericSpace', one)],
  relativeZoom: [line('TranslationGenericSpace', one)],
} satisfies PtzSpaces;
const byFov = { ...generic, relativePanTilt: [plane('TranslationSpaceFov', every)] };
const byDegrees = {
  ...generic,
  absolutePanTilt: [
    ...generic.absolutePanTilt,
    plane('SphericalPositionSpaceDegrees', { min: -180, max: 180 }, { min: -90, max: 90 }),
  ],
};
const HD = { width: 1920, height: 1080 };
const home = {
  panTilt: { x: 0, y: 0, space: `${SPACE}/PanTiltSpaces/PositionGenericSpace` },
  zoom: { x: 0, space: `${SPACE}/ZoomSpaces/PositionGenericSpace` },
};
/** The upper right quarter. */
const QUARTER = { x: 0.5, y: 0, width: 0.5, height: 0.5 };

it('asks for the middle of the box in the field of view, the upper right corner being (1, 1)', () => {
  const optics = opticsOf(['zoom:11'], HD);
  const plan = planZoom(QUARTER, byFov, home, optics);
  expect(plan).toMatchObject({ move: 'relative', vector: { panTilt: { x: 0.5, y: 0.5 }, zoom: { x: 0.1 } } }); // 1× to 2× of 11×
  const corner = { x: 0, y: 0.9, width: 0.1, height: 0.1 };
  expect(planZoom(corner, byFov, home, optics)?.vector.panTilt).toMatchObject({ x: -0.9, y: -0.9 });
  expect(planZoom(corner, byFov, home, optics)?.vector.zoom?.x).toBeCloseTo(0.9); // 10× of 11×
});

it('asks for a magnification where the camera knows one, and never beyond what it announces', () => {
  const spaces = { ...byFov, relativeZoom: [line('TranslationSpaceFov', { min: 0, max: 3 })] };
  expect(planZoom(QUARTER, spaces, home, opticsOf([], HD))?.vector.zoom).toMatchObject({ x: 2 });
  const tenth = { x: 0, y: 0, width: 0.1, height: 0.1 };
  expect(planZoom(tenth, spaces, home, opticsOf([], HD))?.vector.zoom).toMatchObject({ x: 3 });
});

it('counts in hundredths for cameras that announce ±100', () => {
  const spaces = { ...byFov, relativePanTilt: [plane('TranslationSpaceFov', { min: -100, max: 100 })] };
  expect(planZoom(QUARTER, spaces, home, opticsOf([], HD))?.vector.panTilt).toMatchObject({ x: 50, y: 50 });
});

it('turns, and leaves the zoom, where the camera does not tell how far it is zoomed', () => {
  const plan = planZoom(QUARTER, byFov, { ...home, zoom: undefined }, opticsOf([], HD));
  expect(plan?.vector).toMatchObject({ panTilt: { x: 0.5 }, zoom: undefined });
});

it('reckons with angles where the lens is known, and cannot where it is not', () => {
  expect([zoomWay(byDegrees, opticsOf([], HD)), zoomWay(byDegrees, opticsOf(['fov:60'], HD))]).toEqual([
    undefined,
    'degrees',
  ]);
  expect(zoomWay(generic, opticsOf(['fov:60'], HD))).toBeUndefined();
  const right = { x: 0.9, y: 0.45, width: 0.1, height: 0.1 };
  const plan = planZoom(right, byDegrees, home, opticsOf(['fov:60', 'zoom:20'], HD));
  expect(plan?.move).toBe('absolute');
  // 0.9 of the way to a border that is 30° off: atan(0.9 · tan 30°).
  expect(plan?.vector.panTilt.x).toBeCloseTo((Math.atan(0.9 * Math.tan(Math.PI / 6)) * 180) / Math.PI, 4);
  expect(plan?.vector.panTilt.y).toBe(0);
  expect(plan?.vector.zoom?.x).toBeCloseTo(9 / 19);
});

it('goes on around the back of a head that turns endlessly', () => {
  const behind = { ...home, panTilt: { ...home.panTilt, x: 0.99 } }; // 178.2°
  const right = { x: 0.8, y: 0.4, width: 0.2, height: 0.2 };
  const plan = planZoom(right, byDegrees, behind, opticsOf(['fov:60'], HD));
  expect(plan?.vector.panTilt.x).toBeLessThan(-150);
});
