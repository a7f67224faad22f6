import { ask } from '../api/request.ts';

type Ring = readonly (readonly [number, number])[];
type Geometry =
  | { type: 'Polygon'; coordinates: readonly Ring[] }
  | { type: 'MultiPolygon'; coordinates: readonly (readonly Ring[])[] };
export type Borders = {
  features: readonly {
    properties: { code: string; name: string; center: readonly [number, number] };
    geometry: Geometry;
  }[];
};

export type Point = Readonly<{ x: number; y: number }>;
export type County = Readonly<{ code: string; name: string; path: string; centre: Point }>;

const KM_PER_DEGREE = 111.32;
/** Yichun lies about 28° north: east-west degrees are shorter there. Good enough for a card; no line for boundaries. */
const EAST = KM_PER_DEGREE * Math.cos((28 * Math.PI) / 180);

/** Kilometres east and south of 114° E, 29° N. */
export const project = (lng: number, lat: number): Point => ({ x: (lng - 114) * EAST, y: (29 - lat) * KM_PER_DEGREE });

let loading: Promise<readonly County[]> | undefined;

/** The ten county borders as drawing paths, fetched once; empty where they cannot be had: the point still stands. */
export function loadCounties(): Promise<readonly County[]> {
  loading ??= ask<Borders>('/regions/borders').then((answer) => {
    if (!answer.ok) loading = undefined;
    return answer.ok ? answer.value.features.map(toCounty) : [];
  });
  return loading;
}

export function toCounty({ properties, geometry }: Borders['features'][number]): County {
  const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat();
  const [lng, lat] = properties.center;
  return {
    code: properties.code,
    name: properties.name,
    path: rings.map(ringPath).join(''),
    centre: project(lng, lat),
  };
}

function ringPath(ring: Ring): string {
  const points = ring.map(([lng, lat]) => {
    const { x, y } = project(lng, lat);
    return `${x.toFixed(2)},${y.toFixed(2)}`;
  });
  return `M${points.join('L')}Z`;
}
