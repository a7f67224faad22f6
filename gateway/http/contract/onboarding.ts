import { z } from 'zod';
import { BothTongues } from './system.ts';
import { DeviceIdText, IsoTime } from './words.ts';

/* Getting devices in: POST /devices/import, GET /devices/{id}/report. */
/** A wrong cell: its line counts from 1, the header included. */
export const ImportRowFault = z.object({
  line: z.int(),
  field: z.string(),
  value: z.string(),
  expected: z.string(),
});
/** What an import did so far, or with `dryRun` would do. All are counted; the first 1,000 of each list are there. */
export const ImportReport = z
  .object({
    total: z.int(),
    done: z.int(),
    created: z.int(),
    changed: z.int(),
    same: z.int(),
    faulty: z.int(),
    faults: z.array(ImportRowFault),
    changes: z.array(z.object({ line: z.int(), id: z.string(), outcome: z.enum(['new', 'changed']) })),
    /** Headers that name no column: what stands below them is passed over. */
    ignored: z.array(z.string()),
  })
  .meta({ id: 'ImportReport' });
export type ImportReport = z.infer<typeof ImportReport>;
export const ImportJob = ImportReport.extend({
  id: z.uuid(),
  state: z.enum(['running', 'done', 'failed']),
  startedAt: IsoTime,
  endedAt: IsoTime.optional(),
  fault: z.string().optional(),
}).meta({ id: 'ImportJob' });
export type ImportJob = z.infer<typeof ImportJob>;
export const ImportStarted = z.object({ id: z.uuid() });

/** Sign-ins that are tried on a camera in this order; they are written and never read. */
export const CredentialGroupInput = z.object({
  items: z
    .array(z.object({ username: z.string().min(1).max(100), password: z.string().max(200) }))
    .min(1)
    .max(8),
});
export const CredentialGroups = z.object({
  items: z.array(z.object({ name: z.string(), count: z.int(), devices: z.int() })),
});

/** What a camera is like and what to mend on it, each advice with the menu where it is found. */
export const DeviceReport = z
  .object({
    device: DeviceIdText,
    at: IsoTime,
    reachable: z.boolean(),
    state: z.string(),
    since: IsoTime.optional(),
    lastFault: z.string().optional(),
    model: z.string().optional(),
    clockOffsetMs: z.number().optional(),
    /** `pull`, `push`, or `none` where the camera gives no events. */
    events: z.enum(['pull', 'push', 'none', 'unknown']),
    services: z.array(z.string()),
    /** ONVIF profiles that it says it keeps to: S, T, G, M. */
    conformance: z.array(z.string()),
    ptz: z.boolean().optional(),
    streams: z.array(
      z.object({ name: z.string(), codec: z.string().optional(), width: z.number(), height: z.number() }),
    ),
    /** Topics that no rule knows, with how often each came. */
    unknownTopics: z.record(z.string(), z.number()),
    advice: z.array(z.object({ code: z.string(), title: BothTongues, action: BothTongues })),
  })
  .meta({ id: 'DeviceReport' });
export type DeviceReport = z.infer<typeof DeviceReport>;

/** The way of a test alarm, leg by leg. */
export const TestAlarm = z
  .object({
    alarm: z.uuid().optional(),
    legs: z.array(
      z.object({
        leg: z.enum(['camera', 'gateway', 'journal', 'screen']),
        ok: z.boolean(),
        at: IsoTime,
        tookMs: z.number(),
        detail: z.string().optional(),
      }),
    ),
    seq: z.int().optional(),
  })
  .meta({ id: 'TestAlarm' });
export type TestAlarm = z.infer<typeof TestAlarm>;
