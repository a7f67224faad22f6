import type { PictureBox } from '../../gateway/domain/camera.ts';
import type { PanTilt, PtzPosition, PtzSpace, PtzSpaces, PtzVector, Range, Zoom } from './ptz-service.ts';

/** What the operator knows of a camera's lens, by tags: `zoom:30` and, for cameras that turn by degrees, `fov:58`. */
export type Optics = Readonly<{
  /** How many times the picture can be magnified. */
  times: number;
  /** Horizontal angle of view at the widest, in degrees. */
  wideDeg: number | undefined;
  /** Width of the picture by its height. */
  aspect: number;
}>;
/** How a camera fills its picture with a box: by its own field of view, or by angles that we reckon. */
export type ZoomWay = 'fov' | 'degrees';
export type ZoomPlan = Readonly<{ move: 'relative' | 'absolute'; vector: PtzVector }>;

const SPACE = 'http://www.onvif.org/ver10/tptz';
const FOV = `${SPACE}/PanTiltSpaces/TranslationSpaceFov`;
const FOV_ZOOM = `${SPACE}/ZoomSpaces/TranslationSpaceFov`;
const DEGREES = `${SPACE}/PanTiltSpaces/SphericalPositionSpaceDegrees`;
const GENERIC = `${SPACE}/PanTiltSpaces/PositionGenericSpace`;
const GENERIC_ZOOM = `${SPACE}/ZoomSpaces/PositionGenericSpace`;
const GENERIC_ZOOM_BY = `${SPACE}/ZoomSpaces/TranslationGenericSpace`;
/** Where nobody said it; most domes magnify 20 to 33 times. */
const USUAL_TIMES = 20;
/** Cameras that announce ±100 count in hundredths of what the specification counts in. */
const HUNDREDTHS_FROM = 50;

export function opticsOf(tags: readonly string[], picture: Readonly<{ width: number; height: number }>): Optics {
  const [times, wideDeg] = [tagged(tags, 'zoom:'), tagged(tags, 'fov:')];
  return {
    times: times !== undefined && times > 1 ? times : USUAL_TIMES,
    wideDeg: wideDeg !== undefined && wideDeg > 0 && wideDeg < 170 ? wideDeg : undefined,
    aspect: picture.width > 0 && picture.height > 0 ? picture.width / picture.height : 16 / 9,
  };
}

/** Undefined for a camera that cannot: its spaces have no relation to what the picture shows. */
export function zoomWay(spaces: PtzSpaces, { wideDeg }: Optics): ZoomWay | undefined {
  if (find(spaces.relativePanTilt, FOV) !== undefined) return 'fov';
  return find(spaces.absolutePanTilt, DEGREES) !== undefined && wideDeg !== undefined ? 'degrees' : undefined;
}

/** Where the camera has to go for the box to fill the picture; undefined where it does not tell where it is. */
export function planZoom(
  box: PictureBox,
  spaces: PtzSpaces,
  position: PtzPosition,
  optics: Optics,
): ZoomPlan | undefined {
  // From the centre, ±1 at the borders, up and right positive.
  const [right, up] = [(box.x + box.width / 2) * 2 - 1, 1 - (box.y + box.height / 2) * 2];
  const times = 1 / Math.max(box.width, box.height);
  const fov = find(spaces.relativePanTilt, FOV);
  if (fov !== undefined) return byFieldOfView(fov, right, up, zoomBy(times, spaces, position, optics));
  return byDegrees(right, up, times, spaces, position, optics);
}

/** Source: ONVIF PTZ Service Specification, annex A: the origin is the centre, the upper right corner (1, 1). */
function byFieldOfView({ x, y }: PtzSpace, right: number, up: number, zoom: Zoom | undefined): ZoomPlan {
  const scaled = (value: number, range: Range | undefined): number =>
    range !== undefined && range.max >= HUNDREDTHS_FROM && Number.isFinite(range.max) ? value * 100 : value;
  const panTilt = { x: within(scaled(right, x), x), y: within(scaled(up, y), y), space: FOV };
  return { move: 'relative', vector: { panTilt, zoom } };
}

function zoomBy(times: number, { relativeZoom }: PtzSpaces, at: PtzPosition, optics: Optics): Zoom | undefined {
  const fov = find(relativeZoom, FOV_ZOOM);
  if (fov !== undefined) return { x: within(times, fov.x), space: FOV_ZOOM };
  const generic = find(relativeZoom, GENERIC_ZOOM_BY);
  if (generic === undefined || at.zoom === undefined) return undefined;
  return { x: within(magnified(at.zoom.x, times, optics) - at.zoom.x, generic.x), space: GENERIC_ZOOM_BY };
}

/**
 * The zoom from 0 to 1 that shows the picture `times` as large. The specification says nothing of what lies between the
 * ends: taken as even, as most makers have it.
 */
function magnified(zoom: number, times: number, optics: Optics): number {
  const wanted = Math.min(optics.times, Math.max(1, factorAt(zoom, optics) * times));
  return (wanted - 1) / (optics.times - 1);
}
const factorAt = (zoom: number, { times }: Optics): number => 1 + (times - 1) * zoom;

function byDegrees(
  right: number,
  up: number,
  times: number,
  spaces: PtzSpaces,
  { panTilt, zoom }: PtzPosition,
  optics: Optics,
): ZoomPlan | undefined {
  const degrees = find(spaces.absolutePanTilt, DEGREES);
  const from = panTilt === undefined || degrees === undefined ? undefined : inDegrees(panTilt, degrees, spaces);
  if (degrees === undefined || from === undefined || optics.wideDeg === undefined) return undefined;
  const half = Math.tan((optics.wideDeg / 2) * RADIAN) / factorAt(zoom?.x ?? 0, optics);
  const seen = lookAt(from, right * half, (up * half) / optics.aspect);
  const target = { x: within(around(seen.x, degrees.x), degrees.x), y: within(seen.y, degrees.y), space: DEGREES };
  const canZoom = zoom !== undefined && find(spaces.absoluteZoom, GENERIC_ZOOM) !== undefined;
  const nearer = canZoom ? { x: magnified(zoom.x, times, optics), space: GENERIC_ZOOM } : undefined;
  return { move: 'absolute', vector: { panTilt: target, zoom: nearer } };
}

type Angles = Readonly<{ x: number; y: number }>;
const RADIAN = Math.PI / 180;

/** Pan and tilt of what lies aside of the centre; a dome's picture turns with its tilt, so the two are not added apart. */
function lookAt({ x: pan, y: tilt }: Angles, right: number, up: number): Angles {
  const [sin, cos] = [Math.sin(tilt * RADIAN), Math.cos(tilt * RADIAN)];
  const [ahead, above] = [cos - sin * up, sin + cos * up];
  return {
    x: pan + Math.atan2(right, ahead) / RADIAN,
    y: Math.atan2(above, Math.hypot(right, ahead)) / RADIAN,
  };
}

/** A position in degrees: as it is told, or from the generic space, whose ends are those of the degrees. */
function inDegrees(panTilt: PanTilt, degrees: PtzSpace, { absolutePanTilt }: PtzSpaces): Angles | undefined {
  if (panTilt.space === DEGREES) return panTilt;
  const generic = find(absolutePanTilt, GENERIC);
  if (generic?.y === undefined || degrees.y === undefined || (panTilt.space !== '' && panTilt.space !== GENERIC)) {
    return undefined;
  }
  return { x: mapped(panTilt.x, generic.x, degrees.x), y: mapped(panTilt.y, generic.y, degrees.y) };
}

const mapped = (value: number, from: Range, to: Range): number =>
  to.min + ((value - from.min) / (from.max - from.min)) * (to.max - to.min);

/** The same direction within a head that turns all around. */
function around(pan: number, { min, max }: Range): number {
  if (max - min < 360) return pan;
  return pan > max ? pan - 360 : pan < min ? pan + 360 : pan;
}

const find = (spaces: readonly PtzSpace[], uri: string): PtzSpace | undefined =>
  spaces.find((space) => space.uri === uri);

/** Rounded to what a head can tell apart, so that no tail of binary fractions goes over the wire. */
function within(value: number, range: Range | undefined): number {
  const kept = range === undefined ? value : Math.min(range.max, Math.max(range.min, value));
  return Math.round(kept * 1e5) / 1e5;
}

function tagged(tags: readonly string[], prefix: string): number | undefined {
  const text = tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length);
  const value = Number(text);
  return text === undefined || text === '' || Number.isNaN(value) ? undefined : value;
}
