import { createHash } from 'node:crypto';
import type { Lateness, PatrolPlan, PatrolRound, PatrolTask, RoundPoint, TaskId } from '../domain/patrol.ts';
import { dateAt, fallsOn, instantAt, shiftedDate } from '../domain/schedule.ts';
import { NEW_TASK } from './alarm-task.ts';

const MINUTE_MS = 60_000;
const DAY_MIN = 1_440;
/** A round that was neither finished nor followed by the next of its plan is given up so long after its end. */
export const GIVEN_UP_AFTER_MS = 12 * 3_600_000;

/** A shift of a plan on a day: the same plan and day always give the same. */
export type Shift = Readonly<{ id: string; date: string; from: number; to: number }>;

/** The shifts of a plan that are under way at `at`, the earliest first. Pure. */
export function shiftsAt(plan: PatrolPlan, at: number): readonly Shift[] {
  const { zone } = plan.hours;
  const today = dateAt(at, zone);
  return [shiftedDate(today, -1), today, shiftedDate(today, 1)]
    .flatMap((date) => shiftsOn(plan, date))
    .filter(({ from, to }) => at >= from && at < to)
    .sort((a, b) => a.from - b.from);
}

/** The shifts of a plan that begin on a calendar day of its zone. */
export function shiftsOn({ id, hours: { zone, spans, calendar } }: PatrolPlan, date: string): readonly Shift[] {
  return spans
    .filter(({ days }) => fallsOn(days, date, calendar))
    .map(({ from, to }) => {
      const end = to > from ? instantAt(date, to, zone) : instantAt(shiftedDate(date, 1), to, zone);
      return { id: `${id}.${date}.${clock(from)}`, date, from: instantAt(date, from, zone), to: end };
    })
    .filter(({ from, to }) => to > from);
}

const clock = (minute: number): string =>
  `${String(Math.floor((minute % DAY_MIN) / 60)).padStart(2, '0')}${String(minute % 60).padStart(2, '0')}`;

/** The UUID (version 8, RFC 9562) that follows from a round's id. */
export function taskIdOf(round: string): TaskId {
  const hex = createHash('sha256').update(round).digest('hex').slice(0, 32);
  const variant = ((Number.parseInt(hex[16] ?? '0', 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}

/** A round as it is opened, and the task that goes with it. */
export function openRound(
  plan: PatrolPlan,
  shift: Shift,
  now: number,
): Readonly<{ round: PatrolRound; task: PatrolTask }> {
  const title = { zh: plan.zh, en: plan.en };
  const points = plan.checkPoints.map((point): RoundPoint => ({ ...point, ...NOT_PASSED }));
  const round: PatrolRound = {
    ...shift,
    plan: plan.id,
    task: taskIdOf(shift.id),
    title,
    region: plan.region,
    line: plan.line,
    section: plan.section,
    openedAt: now,
    lateMs: plan.lateMs,
    withinM: plan.withinM,
    points,
    state: 'open',
    finishedAt: undefined,
    late: undefined,
    version: 1,
  };
  return { round, task: taskOf(plan, round, now) };
}

const taskOf = (plan: PatrolPlan, round: PatrolRound, now: number): PatrolTask => ({
  ...NEW_TASK,
  id: round.task,
  origin: { kind: 'round', round: round.id },
  title: round.title,
  region: plan.region,
  place: { ...plan.checkPoints[0]?.place, line: plan.line },
  section: plan.section,
  assignedTo: plan.team,
  madeAt: now,
});

const NOT_PASSED = { passedAt: undefined, distanceM: undefined, reason: undefined } as const;

/** Why a round is late at `now`; undefined while it is not. Its time does not run while the gateway was not there to open it. */
export function latenessOf(round: PatrolRound, now: number): Lateness | undefined {
  if (round.state !== 'open') return undefined;
  const begin = Math.max(round.from, round.openedAt) + round.lateMs;
  const missing = round.points.filter(({ passedAt }) => passedAt === undefined);
  if (missing.length === round.points.length && now >= begin) return 'late-start';
  const isMissed = ({ byMin }: RoundPoint): boolean => byMin !== undefined && now >= begin + byMin * MINUTE_MS;
  if (missing.some(isMissed)) return 'missed-check-point';
  return now >= Math.max(round.to, round.openedAt) + round.lateMs ? 'unfinished' : undefined;
}

/** A check-point passed: the round is finished with its last one. */
export function passed(
  round: PatrolRound,
  index: number,
  how: Pick<RoundPoint, 'passedAt' | 'distanceM' | 'reason'>,
): PatrolRound {
  const points = round.points.map((point, at) => (at === index ? { ...point, ...how } : point));
  const isFinished = points.every(({ passedAt }) => passedAt !== undefined);
  const finishedAt = isFinished ? Math.max(...points.map(({ passedAt = 0 }) => passedAt)) : undefined;
  return { ...round, points, ...(isFinished ? { state: 'finished', finishedAt } : {}), version: round.version + 1 };
}

/** Whether an open round is given up at `now`: the next of its plan is there, or it ended long ago. */
export const isGivenUp = (round: PatrolRound, next: Shift | undefined, now: number): boolean =>
  round.state === 'open' &&
  now >= round.to + round.lateMs &&
  ((next !== undefined && next.id !== round.id) || now >= round.to + round.lateMs + GIVEN_UP_AFTER_MS);

/** What the alarm of a round has to hear: it begins once, and is over once the round is finished or given up. */
export function alarmChange(round: PatrolRound, now: number): 'begin' | 'end' | undefined {
  if (round.late === undefined) return latenessOf(round, now) === undefined ? undefined : 'begin';
  return round.state !== 'open' && !round.late.isOver ? 'end' : undefined;
}
