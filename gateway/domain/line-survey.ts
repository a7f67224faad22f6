import Flatbush from 'flatbush';
import { type Plane, type Point, planeAt } from './geo.ts';
import type { Direction } from './km.ts';
import type { LinePoint, RailwayLine } from './railway-line.ts';

/** Where a point lies beside a line: `at` is metres along it from its first point, whatever its posts say. */
export type Projection = Readonly<{
  at: number;
  kmValue: number;
  distanceM: number;
  direction: Direction;
  foot: Point;
}>;

/** A line's geometry, measured once: posts to places and places to posts, each by a search and not by a walk. */
export type LineSurvey = Readonly<{
  line: RailwayLine;
  lengthM: number;
  /** Where a post stands: nowhere in a gap of the numbering, twice where numbers come again, else once. */
  placesOf(kmValue: number): readonly (Point & Readonly<{ at: number }>)[];
  /** The post's number at `at` metres along the line, which must lie on it. */
  kmAt(at: number): number;
  /** The nearest point of the line, where it is within `withinM`. */
  project(point: Point, withinM: number): Projection | undefined;
}>;

type Vertex = Readonly<{ x: number; y: number; at: number }>;
/** Numbers run evenly between two posts: [fromAt, toAt] along the line carries [fromKm, toKm]. */
type Run = Readonly<{ fromAt: number; toAt: number; fromKm: number; toKm: number }>;

/** Segments whose boxes are nearest; the exact nearest one is among them but in the strangest loops. */
const CANDIDATES = 24;

/** Throws RangeError for a line of fewer than two points, or without a post at either end. */
export function surveyOf(line: RailwayLine): LineSurvey {
  const [first] = line.points;
  if (first === undefined || line.points.length < 2) throw new RangeError(`line ${line.id} has fewer than two points`);
  const plane = planeAt(first.lat);
  const vertices = verticesOf(line.points, plane);
  const runs = runsOf(line.points, vertices);
  const last = runs.at(-1);
  if (last === undefined || runs[0]?.fromAt !== 0 || last.toAt !== vertices.at(-1)?.at)
    throw new RangeError(`line ${line.id} has no post at its first or its last point`);
  const index = indexOf(vertices);
  const kmAt = (at: number): number => kmWithin(runs[below(runs, at, ({ fromAt }) => fromAt)] ?? last, at);
  return {
    line,
    lengthM: last.toAt,
    kmAt,
    placesOf: (kmValue) =>
      runs
        .filter((run, position) => holds(run, kmValue, position === runs.length - 1))
        .map((run) => atWithin(run, kmValue))
        .map((at) => ({ ...pointAt(vertices, at, plane), at })),
    project: (point, withinM) => project({ vertices, index, plane, kmAt }, point, withinM),
  };
}

function verticesOf(points: readonly LinePoint[], plane: Plane): readonly Vertex[] {
  const vertices: Vertex[] = [];
  for (const point of points) {
    const { x, y } = plane.toPlane(point);
    const before = vertices.at(-1);
    vertices.push({ x, y, at: before === undefined ? 0 : before.at + Math.hypot(x - before.x, y - before.y) });
  }
  return vertices;
}

function runsOf(points: readonly LinePoint[], vertices: readonly Vertex[]): readonly Run[] {
  const posts = points.flatMap(({ kmValue, kmAhead }, index) =>
    kmValue === undefined ? [] : [{ at: vertices[index]?.at ?? 0, behind: kmValue, ahead: kmAhead ?? kmValue }],
  );
  return posts.slice(1).map(({ at, behind }, index) => {
    const from = posts[index] ?? { at: 0, ahead: 0 };
    return { fromAt: from.at, toAt: at, fromKm: from.ahead, toKm: behind };
  });
}

const kmWithin = ({ fromAt, toAt, fromKm, toKm }: Run, at: number): number =>
  fromKm + ((at - fromAt) / (toAt - fromAt)) * (toKm - fromKm);
const atWithin = ({ fromAt, toAt, fromKm, toKm }: Run, km: number): number =>
  fromAt + ((km - fromKm) / (toKm - fromKm)) * (toAt - fromAt);
/** A post that ends one run and begins the next stands once: it belongs to the next, but at the very end. */
const holds = ({ fromKm, toKm }: Run, km: number, isLast: boolean): boolean =>
  km >= Math.min(fromKm, toKm) && (isLast ? km <= Math.max(fromKm, toKm) : km < Math.max(fromKm, toKm));

/** The last position whose start is not behind `value`. */
function below<T>(sorted: readonly T[], value: number, startOf: (item: T) => number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && startOf(item) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function pointAt(vertices: readonly Vertex[], at: number, plane: Plane): Point {
  const position = Math.min(
    below(vertices, at, (vertex) => vertex.at),
    vertices.length - 2,
  );
  const [from, to] = [vertices[position], vertices[position + 1]];
  if (from === undefined || to === undefined) throw new RangeError(`${at} m is not on the line`);
  const share = to.at === from.at ? 0 : (at - from.at) / (to.at - from.at);
  return plane.toPoint(from.x + share * (to.x - from.x), from.y + share * (to.y - from.y));
}

function indexOf(vertices: readonly Vertex[]): Flatbush {
  const index = new Flatbush(vertices.length - 1);
  vertices.slice(1).forEach((to, position) => {
    const from = vertices[position] ?? to;
    index.add(Math.min(from.x, to.x), Math.min(from.y, to.y), Math.max(from.x, to.x), Math.max(from.y, to.y));
  });
  index.finish();
  return index;
}

type Measured = Readonly<{
  vertices: readonly Vertex[];
  index: Flatbush;
  plane: Plane;
  kmAt: (at: number) => number;
}>;

function project({ vertices, index, plane, kmAt }: Measured, point: Point, withinM: number): Projection | undefined {
  const { x, y } = plane.toPlane(point);
  let nearest: (Foot & { position: number }) | undefined;
  for (const position of index.neighbors(x, y, CANDIDATES, withinM)) {
    const foot = footOn(vertices[position], vertices[position + 1], x, y);
    if (foot !== undefined && foot.distanceM < (nearest?.distanceM ?? Number.POSITIVE_INFINITY))
      nearest = { ...foot, position };
  }
  if (nearest === undefined || nearest.distanceM > withinM) return undefined;
  const { at, distanceM, isLeft } = nearest;
  // trains keep to the left (铁路技术管理规程): seen towards growing numbers, which is 下行, that track lies to the left
  return {
    at,
    kmValue: kmAt(at),
    distanceM,
    direction: isLeft ? 'down' : 'up',
    foot: plane.toPoint(nearest.x, nearest.y),
  };
}

type Foot = Readonly<{ x: number; y: number; at: number; distanceM: number; isLeft: boolean }>;

function footOn(from: Vertex | undefined, to: Vertex | undefined, x: number, y: number): Foot | undefined {
  if (from === undefined || to === undefined) return undefined;
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / square;
  const share = Math.min(1, Math.max(0, along));
  const [footX, footY] = [from.x + share * dx, from.y + share * dy];
  return {
    x: footX,
    y: footY,
    at: from.at + share * (to.at - from.at),
    distanceM: Math.hypot(x - footX, y - footY),
    isLeft: dx * (y - from.y) - dy * (x - from.x) > 0,
  };
}
