/** A point in WGS-84 degrees. */
export type Point = Readonly<{ lng: number; lat: number }>;

/** Metres on a flat map around one latitude; a city is small enough for it (error under 0.1 % over 50 km). */
export type Plane = Readonly<{
  toPlane(point: Point): Readonly<{ x: number; y: number }>;
  toPoint(x: number, y: number): Point;
}>;

/** Mean radius of the Earth in metres (IUGG). */
const EARTH_M = 6_371_008.8;
const RADIANS = Math.PI / 180;

export function planeAt(latitude: number): Plane {
  const perLat = EARTH_M * RADIANS;
  const perLng = perLat * Math.cos(latitude * RADIANS);
  return {
    toPlane: ({ lng, lat }) => ({ x: lng * perLng, y: lat * perLat }),
    toPoint: (x, y) => ({ lng: x / perLng, lat: y / perLat }),
  };
}

/** Metres between two points along the surface. */
export function metresBetween(a: Point, b: Point): number {
  const [lat1, lat2] = [a.lat * RADIANS, b.lat * RADIANS];
  const half = (angle: number): number => Math.sin(angle / 2) ** 2;
  const chord = half(lat2 - lat1) + Math.cos(lat1) * Math.cos(lat2) * half((b.lng - a.lng) * RADIANS);
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(chord)));
}
