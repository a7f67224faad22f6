import { z } from 'zod';
import { VERDICTS } from '../../domain/alarm.ts';
import { LATENESS, ROUND_STATES, TASK_STATES } from '../../domain/patrol.ts';
import { IsoTime, listOf, Place, RegionCode } from './words.ts';

/* Patrol tasks and rounds (巡护任务、巡护班次): GET /patrol/tasks, GET /patrol/rounds and what is done with them. */

const Title = z.object({ zh: z.string(), en: z.string() });

export const PatrolTask = z
  .object({
    id: z.uuid(),
    origin: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('alarm'), alarm: z.uuid() }),
      z.object({ kind: z.literal('round'), round: z.string() }),
    ]),
    title: Title,
    region: RegionCode,
    place: Place,
    section: z.string().optional(),
    /** The team or account that is meant. */
    assignedTo: z.string().optional(),
    state: z.enum(TASK_STATES),
    /** The account that has it. */
    holder: z.string().optional(),
    madeAt: IsoTime,
    takenAt: IsoTime.optional(),
    arrivedAt: IsoTime.optional(),
    arrivedM: z.number().optional().describe('metres from the place, as the person stated by arriving'),
    accuracyM: z.number().optional(),
    reportedAt: IsoTime.optional(),
    endedAt: IsoTime.optional(),
    note: z.string().optional(),
    photos: z.array(z.object({ url: z.string(), at: IsoTime, sha256: z.string(), bytes: z.int() })),
    version: z.int(),
  })
  .meta({ id: 'PatrolTask' });
export type PatrolTask = z.infer<typeof PatrolTask>;

export const PatrolRound = z
  .object({
    id: z.string(),
    plan: z.string(),
    task: z.uuid(),
    title: Title,
    region: RegionCode,
    line: z.string(),
    section: z.string().optional(),
    date: z.string().describe('the day on which it begins, in the plan’s zone'),
    from: IsoTime,
    to: IsoTime,
    openedAt: IsoTime,
    lateMin: z.int(),
    withinM: z.number(),
    points: z.array(
      z.object({
        name: z.string(),
        place: Place,
        byMin: z.int().optional(),
        passedAt: IsoTime.optional(),
        distanceM: z.number().optional(),
        reason: z.string().optional(),
      }),
    ),
    state: z.enum(ROUND_STATES),
    finishedAt: IsoTime.optional(),
    late: z.object({ why: z.enum(LATENESS), at: IsoTime, isOver: z.boolean() }).optional(),
    version: z.int(),
  })
  .meta({ id: 'PatrolRound' });
export type PatrolRound = z.infer<typeof PatrolRound>;

export const TaskQuery = z.object({
  state: listOf(z.enum(TASK_STATES)).describe('without it those that are not ended'),
  line: z.string().max(64).optional(),
  mine: z.enum(['true', 'false']).optional().describe('what I have, and what is meant for me'),
  limit: z.coerce.number().int().min(1).max(500).default(200),
});
export const TaskPage = z.object({ items: z.array(PatrolTask), seq: z.int() });
export type TaskPage = z.infer<typeof TaskPage>;

/** Where the phone says to be: it is made into metres from the place at once, and not kept. WGS-84. */
export const Position = z.object({
  lng: z.number().min(-180).max(180),
  lat: z.number().min(-90).max(90),
  accuracyM: z.number().min(0).max(100_000).optional(),
});
export const TaskCommand = z
  .object({
    version: z.int().min(1),
    note: z.string().max(2000).optional(),
    position: Position.optional(),
    /** On `done`: what came of the alarm behind the task, which is resolved with it. */
    verdict: z.enum(VERDICTS).optional(),
    /** On `release`: the team or account that it is handed over to. */
    to: z.string().max(100).optional(),
    /** When the person did it, where a phone sends it later. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'PatrolCommand' });
export type TaskCommand = z.infer<typeof TaskCommand>;

export const RoundQuery = z.object({
  date: z.iso.date().optional().describe('the day on which rounds begin; without it those under way'),
});
export const RoundPage = z.object({ items: z.array(PatrolRound) });
export type RoundPage = z.infer<typeof RoundPage>;

export const PointPassing = z
  .object({
    position: Position.optional(),
    /** Why it counts, from farther away than the round allows or without a position. */
    reason: z.string().max(500).optional(),
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'PointPassing' });
