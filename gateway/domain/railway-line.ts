import type { Point } from './geo.ts';

/**
 * A bend of the line's centre, or a kilometre post on it. `kmValue` is the post's number in metres; `kmAhead` is where
 * the numbering goes on at a broken chainage (断链): K815+000 = K816+240 leaves numbers out, K815+000 = K814+100 has
 * some twice.
 */
export type LinePoint = Point & Readonly<{ kmValue?: number; kmAhead?: number }>;

export type Station = Readonly<{ zh: string; en: string; kmValue: number }>;
export const STRUCTURE_KINDS = [
  'bridge',
  'tunnel',
  'level-crossing',
  'overbridge',
  'underpass',
  'cutting',
  'embankment',
] as const;
export type Structure = Readonly<{
  kind: (typeof STRUCTURE_KINDS)[number];
  zh: string;
  en: string;
  fromKm: number;
  toKm: number;
}>;
/** Range of posts, from `fromKm` to before `toKm`, that patrol teams mind (巡护区段), and the teams by name. */
export type PatrolSection = Readonly<{
  id: string;
  zh: string;
  en: string;
  fromKm: number;
  toKm: number;
  teams: readonly string[];
}>;

/**
 * How near cattle may come, in metres from the centre of the line; `hysteresisM` is how much farther they must go for
 * it to be over. Sections of posts may have their own.
 */
export type Geofence = Readonly<{ warningM: number; dangerM: number; trackM: number; hysteresisM: number }>;
export type FenceSection = Readonly<{ fromKm: number; toKm: number; fence: Geofence }>;

/** A railway line (铁路线) in the order of its posts. The first and the last point have a number. */
export type RailwayLine = Readonly<{
  id: string;
  /** As places name it: 沪昆线. */
  zh: string;
  en: string;
  points: readonly LinePoint[];
  stations: readonly Station[];
  structures: readonly Structure[];
  sections: readonly PatrolSection[];
  fence: Geofence;
  fences: readonly FenceSection[];
}>;

/** The fence that holds at a post. */
export const fenceAt = ({ fence, fences }: RailwayLine, kmValue: number): Geofence =>
  fences.find(({ fromKm, toKm }) => kmValue >= fromKm && kmValue < toKm)?.fence ?? fence;

/** The patrol section that a post lies in. */
export const sectionAt = ({ sections }: RailwayLine, kmValue: number): PatrolSection | undefined =>
  sections.find(({ fromKm, toKm }) => kmValue >= fromKm && kmValue < toKm);
