type Point = Readonly<{ lng: number; lat: number }>;

/** The ellipsoid of Krasovsky 1940, on which the shift of Chinese maps is defined: half axis in metres, eccentricity squared. */
const AXIS_M = 6_378_245;
const ECCENTRICITY2 = 0.006_693_421_622_965_943;
/** Steps of the way back; each makes the error some ten thousand times smaller, three leave under a millimetre. */
const STEPS = 3;

/**
 * WGS-84 of a position in GCJ-02 (火星坐标系), the shifted datum of maps in China; outside China there is no shift.
 * Source: the shift as published in public converters (eviltransform and others), turned round by iteration.
 */
export function wgs84Of(shifted: Point): Point {
  let point = shifted;
  for (let step = 0; step < STEPS; step += 1) {
    const there = gcj02Of(point);
    point = { lng: point.lng + shifted.lng - there.lng, lat: point.lat + shifted.lat - there.lat };
  }
  return { lng: rounded(point.lng), lat: rounded(point.lat) };
}

export function gcj02Of({ lng, lat }: Point): Point {
  if (lng < 72.004 || lng > 137.8347 || lat < 0.8293 || lat > 55.8271) return { lng, lat };
  const [x, y] = [lng - 105, lat - 35];
  const radians = (lat / 180) * Math.PI;
  const magic = 1 - ECCENTRICITY2 * Math.sin(radians) ** 2;
  const metresLat = (AXIS_M * (1 - ECCENTRICITY2)) / magic ** 1.5;
  const metresLng = (AXIS_M / Math.sqrt(magic)) * Math.cos(radians);
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const short = waves(x, [6, 20], [2, 20]);
  const dLat = north + (2 / 3) * (short + waves(y, [1, 20], [1 / 3, 40]) + waves(y, [1 / 12, 160], [1 / 30, 320]));
  const dLng = east + (2 / 3) * (short + waves(x, [1, 20], [1 / 3, 40]) + waves(x, [1 / 12, 150], [1 / 30, 300]));
  return { lng: lng + (dLng / metresLng) * (180 / Math.PI), lat: lat + (dLat / metresLat) * (180 / Math.PI) };
}

/** Waves given as frequency (in half turns a degree) and height in metres. */
const waves = (at: number, ...all: readonly (readonly [frequency: number, height: number])[]): number =>
  all.reduce((sum, [frequency, height]) => sum + height * Math.sin(frequency * at * Math.PI), 0);

/** A centimetre, as much as a receiver knows. */
const rounded = (degrees: number): number => Math.round(degrees * 1e7) / 1e7;
