import type { AlarmId } from './alarm.ts';
import type { Place } from './place.ts';
import type { RegionCode } from './region.ts';
import type { Schedule } from './schedule.ts';
import { covers, type Scope } from './scope.ts';

/** UUID: version 7 for the task of an alarm; of a round it follows from the round's id, so that none is made twice. */
export type TaskId = string;

/** How far a task is (任务状态): 待接单, 已接单, 已到达, 已上报, 已办结, 已取消. */
export const TASK_STATES = ['offered', 'taken', 'arrived', 'reported', 'done', 'cancelled'] as const;
export type TaskState = (typeof TASK_STATES)[number];
export const isEnded = ({ state }: Pick<PatrolTask, 'state'>): boolean => state === 'done' || state === 'cancelled';

/** What made it: the dispatch of an alarm (派单), or a round of a plan (巡护计划). */
export type TaskOrigin = Readonly<{ kind: 'alarm'; alarm: AlarmId } | { kind: 'round'; round: string }>;

export type TaskPhoto = Readonly<{ url: string; at: number; sha256: string; bytes: number }>;

/**
 * Something to do on a stretch of line (巡护任务). Of where the person was it keeps metres from the place at one moment,
 * which the person stated by arriving: never coordinates. Times are milliseconds since 1970, UTC.
 */
export type PatrolTask = Readonly<{
  id: TaskId;
  origin: TaskOrigin;
  title: Readonly<{ zh: string; en: string }>;
  region: RegionCode;
  place: Place;
  /** The patrol section that the place lies in. */
  section: string | undefined;
  /** The team or account that is meant; anybody of the scope may take it. */
  assignedTo: string | undefined;
  state: TaskState;
  /** The account that has it now. */
  holder: string | undefined;
  madeAt: number;
  takenAt: number | undefined;
  arrivedAt: number | undefined;
  /** Metres from the place on arrival, and how far off the phone said that it may be. */
  arrivedM: number | undefined;
  accuracyM: number | undefined;
  reportedAt: number | undefined;
  endedAt: number | undefined;
  /** The last words: a report, or why it was given back or cancelled. */
  note: string | undefined;
  photos: readonly TaskPhoto[];
  version: number;
}>;

/** A point of a round that must be passed (巡更点). Where it has no post it has coordinates. */
export type CheckPoint = Readonly<{
  name: string;
  place: Place;
  /** Minutes after the round's begin by which it is to be passed; undefined: by the round's end. */
  byMin: number | undefined;
}>;

/** Rounds of a section (巡护计划): each span of the hours is a shift of its days. */
export type PatrolPlan = Readonly<{
  id: string;
  zh: string;
  en: string;
  region: RegionCode;
  line: string;
  section: string | undefined;
  team: string | undefined;
  hours: Schedule;
  checkPoints: readonly CheckPoint[];
  /** Lateness that is let pass, in milliseconds. */
  lateMs: number;
  /** A check-point is passed within so many metres; farther away a reason is asked for. */
  withinM: number;
}>;

/** Why a round is late: nobody began it, a check-point was not passed in time, or it was not finished. */
export const LATENESS = ['late-start', 'missed-check-point', 'unfinished'] as const;
export type Lateness = (typeof LATENESS)[number];

export type RoundPoint = CheckPoint &
  Readonly<{
    passedAt: number | undefined;
    distanceM: number | undefined;
    /** Why it counts though the phone was far away, or did not know where it was. */
    reason: string | undefined;
  }>;

export const ROUND_STATES = ['open', 'finished', 'missed'] as const;

/** One round (巡护班次) as its plan had it when it was opened: a change of the plan does not reach it. */
export type PatrolRound = Readonly<{
  /** `{plan}.{date}.{begin}`, such as `hk-east-night.2026-11-25.2200`. */
  id: string;
  plan: string;
  task: TaskId;
  title: Readonly<{ zh: string; en: string }>;
  region: RegionCode;
  line: string;
  section: string | undefined;
  /** The calendar day on which it begins in the plan's zone. */
  date: string;
  from: number;
  to: number;
  openedAt: number;
  lateMs: number;
  withinM: number;
  points: readonly RoundPoint[];
  state: (typeof ROUND_STATES)[number];
  finishedAt: number | undefined;
  late: Readonly<{ why: Lateness; at: number; isOver: boolean }> | undefined;
  version: number;
}>;

/** Where a task or round lies, as scopes ask. */
export const seesTask = (scope: Scope, { region, place }: Pick<PatrolTask, 'region' | 'place'>): boolean =>
  covers(scope, { region, line: place.line });
export const seesRound = (scope: Scope, { region, line }: Pick<PatrolRound, 'region' | 'line'>): boolean =>
  covers(scope, { region, line });
