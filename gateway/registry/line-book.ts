import Flatbush from 'flatbush';
import type { Device, DeviceDirectory, DeviceId } from '../domain/device.ts';
import type { Point } from '../domain/geo.ts';
import { formatKm } from '../domain/km.ts';
import { type LineSurvey, type Projection, surveyOf } from '../domain/line-survey.ts';
import type { Place } from '../domain/place.ts';
import type { PatrolSection, RailwayLine } from '../domain/railway-line.ts';

/** A device beside a line, and how far along it from the post that was asked for, in metres. */
export type Near = Readonly<{ device: DeviceId; alongM: number }>;
export type Nearest = Projection & Readonly<{ line: RailwayLine }>;

/** A patrol section (巡护区段), and how far along the rails it is; 0 within it. */
export type NearSection = Readonly<{ section: PatrolSection; alongM: number }>;

type Standing = Readonly<{ device: DeviceId; at: number }>;

/**
 * The railway lines, and the devices along each in the order of the line. A look-up is a search; a change of the
 * registry moves one device. Bounded by the devices that have a post.
 */
export class LineBook {
  readonly #surveys: ReadonlyMap<string, LineSurvey>;
  readonly #sections: ReadonlyMap<string, SectionIndex>;
  readonly #standing = new Map<string, Standing[]>();
  readonly #homes = new Map<DeviceId, string>();

  constructor(lines: readonly RailwayLine[]) {
    this.#surveys = new Map(lines.map((line) => [line.id, surveyOf(line)]));
    this.#sections = new Map([...this.#surveys].map(([id, survey]) => [id, sectionIndex(survey)]));
  }

  lines = (): readonly RailwayLine[] => [...this.#surveys.values()].map(({ line }) => line);
  find = (id: string): LineSurvey | undefined => this.#surveys.get(id);

  /** The nearest line to a point, where one is within `withinM`. */
  nearestLine(point: Point, withinM: number): Nearest | undefined {
    let nearest: Nearest | undefined;
    for (const survey of this.#surveys.values()) {
      const found = survey.project(point, nearest?.distanceM ?? withinM);
      if (found !== undefined) nearest = { ...found, line: survey.line };
    }
    return nearest;
  }

  /** The place with its coordinates, where it has a post on a known line and none yet. */
  withPoint(place: Place): Place {
    if (place.lng !== undefined || place.line === undefined || place.kmValue === undefined) return place;
    const [only, another] = this.#surveys.get(place.line)?.placesOf(place.kmValue) ?? [];
    return only === undefined || another !== undefined ? place : { ...place, lng: only.lng, lat: only.lat };
  }

  /** The place with its post, where it lies within `withinM` of a line and names none. */
  withPost(place: Place, withinM: number): Place {
    const { lng, lat } = place;
    if (lng === undefined || lat === undefined || place.line !== undefined) return place;
    const nearest = this.nearestLine({ lng, lat }, withinM);
    if (nearest === undefined) return place;
    const kmValue = Math.round(nearest.kmValue);
    return { ...place, line: nearest.line.id, km: formatKm(kmValue), kmValue, direction: nearest.direction };
  }

  /** Follows the registry: each device stands where its record says. Returns the way to stop. */
  follow(directory: DeviceDirectory, present: Iterable<Device>): () => void {
    for (const device of present) this.#move(device.id, device);
    return directory.onChange((id, device) => this.#move(id, device));
  }

  /** Devices along the line around a post, nearest first; along the rails, not by the numbers of the posts. */
  nearest(
    lineId: string,
    kmValue: number,
    { withinM, limit, accept }: Readonly<{ withinM: number; limit: number; accept: (id: DeviceId) => boolean }>,
  ): readonly Near[] {
    const row = this.#standing.get(lineId) ?? [];
    const at = this.#surveys.get(lineId)?.placesOf(kmValue)[0]?.at;
    if (at === undefined) return [];
    const found: Near[] = [];
    let ahead = firstFrom(row, at);
    let behind = ahead - 1;
    while (found.length < limit) {
      const [next, before] = [row[ahead], row[behind]];
      const isNext = next !== undefined && (before === undefined || next.at - at <= at - before.at);
      const one = isNext ? next : before;
      if (one === undefined || Math.abs(one.at - at) > withinM) break;
      if (isNext) ahead++;
      else behind--;
      if (accept(one.device)) found.push({ device: one.device, alongM: Math.abs(one.at - at) });
    }
    return found;
  }

  /** Who minds a post: the patrol sections around it with their teams, nearest first, in one look-up. */
  sectionsNear(lineId: string, kmValue: number, withinM: number, limit: number): readonly NearSection[] {
    const at = this.#surveys.get(lineId)?.placesOf(kmValue)[0]?.at;
    return at === undefined ? [] : (this.#sections.get(lineId)?.(at, withinM, limit) ?? []);
  }

  #move(id: DeviceId, device: Device | undefined): void {
    const home = this.#homes.get(id);
    if (home !== undefined) {
      const row = this.#standing.get(home) ?? [];
      const index = row.findIndex((standing) => standing.device === id);
      if (index >= 0) row.splice(index, 1);
      this.#homes.delete(id);
    }
    const at = device === undefined ? undefined : this.#atOf(device.place);
    if (at === undefined || device?.place.line === undefined) return;
    const row = this.#standing.get(device.place.line) ?? [];
    row.splice(firstFrom(row, at), 0, { device: id, at });
    this.#standing.set(device.place.line, row);
    this.#homes.set(id, device.place.line);
  }

  /** Where posts come twice the coordinates say which of the two; else the first. */
  #atOf({ line, kmValue, lng, lat }: Place): number | undefined {
    if (line === undefined || kmValue === undefined) return undefined;
    const places = this.#surveys.get(line)?.placesOf(kmValue) ?? [];
    if (places.length < 2 || lng === undefined || lat === undefined) return places[0]?.at;
    const away = (place: Point): number => Math.hypot(place.lng - lng, place.lat - lat);
    return places.reduce((best, place) => (away(place) < away(best) ? place : best)).at;
  }
}

type SectionIndex = (at: number, withinM: number, limit: number) => readonly NearSection[];

/** Sections lie along the line as boxes without height: where numbers of posts come again, in metres of the line. */
function sectionIndex({ line: { sections }, placesOf }: LineSurvey): SectionIndex {
  const ranges = sections.flatMap((section) => {
    const [from, to] = [placesOf(section.fromKm)[0]?.at, placesOf(section.toKm)[0]?.at];
    return from === undefined || to === undefined
      ? []
      : [{ section, from: Math.min(from, to), to: Math.max(from, to) }];
  });
  if (ranges.length === 0) return () => [];
  const index = new Flatbush(ranges.length);
  for (const { from, to } of ranges) index.add(from, 0, to, 0);
  index.finish();
  return (at, withinM, limit) =>
    index.neighbors(at, 0, limit, withinM).flatMap((position) => {
      const range = ranges[position];
      if (range === undefined) return [];
      return [{ section: range.section, alongM: Math.max(0, range.from - at, at - range.to) }];
    });
}

/** The first position at or behind `at` in a row ordered along the line. */
function firstFrom(row: readonly Standing[], at: number): number {
  let [low, high] = [0, row.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((row[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
