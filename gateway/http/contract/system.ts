import { z } from 'zod';
import { IsoTime, SeverityNumber } from './words.ts';

export const Readiness = z.object({
  ready: z.boolean(),
  parts: z.array(z.object({ name: z.string(), ok: z.boolean(), reason: z.string().optional() })),
});
export type Readiness = z.infer<typeof Readiness>;

/* How the house stands: GET /system. */
export const BothTongues = z.object({ zh: z.string(), en: z.string() });
/** What is wrong, and what to do about it. `subject` is a follower's, part's or queue's name, `detail` a figure or an error. */
export const SystemProblem = z.object({
  code: z.string(),
  severity: SeverityNumber,
  subject: z.string().optional(),
  detail: z.string().optional(),
  title: BothTongues,
  action: BothTongues,
});
export type SystemProblem = z.infer<typeof SystemProblem>;

export const FollowerStatus = z.object({
  name: z.string(),
  status: z.enum(['following', 'retrying', 'paused', 'stopped']),
  /** The last journal entry that it is done with; `lag` entries are behind the head. */
  cursor: z.int(),
  lag: z.int(),
  failures: z.int(),
  failingSince: IsoTime.optional(),
  lastError: z.string().optional(),
  /** Entries gone from the journal before it could take them, since the start. */
  missed: z.int(),
  pausedBy: z.string().optional(),
  pausedAt: IsoTime.optional(),
  /** Entries that it gave up, the latest of them with their reasons. */
  setAside: z.object({
    count: z.int(),
    latest: z.array(z.object({ seq: z.int(), kind: z.string(), reason: z.string(), attempts: z.int(), at: IsoTime })),
  }),
});
export type FollowerStatus = z.infer<typeof FollowerStatus>;

export const SystemStatus = z
  .object({
    at: IsoTime,
    /** Worst first; empty when all is well. */
    problems: z.array(SystemProblem),
    parts: Readiness.shape.parts,
    journal: z.object({ head: z.int() }),
    queues: z.array(z.object({ name: z.string(), waiting: z.int(), max: z.int() })),
    followers: z.array(FollowerStatus),
    /** Words of the shipped linkages (联动) that come to nothing for want of an address, such as `notify-patrol`. */
    linkages: z.object({ off: z.array(z.string()) }),
    broker: z.object({ url: z.string(), connected: z.boolean(), counts: z.record(z.string(), z.number()) }),
    archive: z.object({ ok: z.boolean(), reason: z.string().optional(), refused: z.int() }),
    /** Room for evidence files; `removedForRoom` went before their time since the start. */
    evidence: z.object({
      bytes: z.int(),
      maxBytes: z.int(),
      lockedBytes: z.int(),
      removedForRoom: z.int(),
      lastRoomAt: IsoTime.optional(),
    }),
    /** Absent when it cannot be read; `daysLeft` absent while the disk does not fill. */
    disk: z.object({ freeBytes: z.number(), totalBytes: z.number(), daysLeft: z.number().optional() }).optional(),
    /** Of the last 24 hours; `isMore` when only the newest 1,000 were counted. */
    deadLetters: z.object({
      since: IsoTime,
      count: z.int(),
      isMore: z.boolean(),
      byReason: z.record(z.string(), z.int()),
    }),
  })
  .meta({ id: 'SystemStatus' });
export type SystemStatus = z.infer<typeof SystemStatus>;
