/** Metres up to one kilometre, then kilometres with one decimal: 450 m, 1.9 km. */
export const distanceText = (distanceM: number): string =>
  distanceM < 1000 ? `${Math.round(distanceM)} m` : `${(distanceM / 1000).toFixed(1)} km`;

type Spot = { lng?: number | undefined; lat?: number | undefined };
const METRES_PER_DEGREE = 111_320;

/** Metres between two places by WGS-84 coordinates, good to 1 % below 50 km; undefined where one has none. */
export function metresBetween(a: Spot, b: Spot): number | undefined {
  if (a.lng === undefined || a.lat === undefined || b.lng === undefined || b.lat === undefined) return undefined;
  const east = (a.lng - b.lng) * Math.cos((((a.lat + b.lat) / 2) * Math.PI) / 180);
  return Math.hypot(east, a.lat - b.lat) * METRES_PER_DEGREE;
}
