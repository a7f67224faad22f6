import { z } from 'zod';
import { ALARM_ACTIONS, type AlarmAction } from '../../alarms/command.ts';
import { ALARM_STATES, CONDITIONS, EVIDENCE_KINDS, VERDICTS } from '../../domain/alarm.ts';
import { CLIP_NOTES } from '../../domain/camera.ts';
import { LINKAGE_RESULTS } from '../../domain/linkage.ts';
import { IsoTime, listOf, Place, RegionCode, SeverityNumber, severityText } from './words.ts';

export const Evidence = z.object({
  kind: z.enum(EVIDENCE_KINDS),
  url: z.string(),
  at: IsoTime,
  camera: z.string().optional(),
  sha256: z.string(),
  bytes: z.int().optional(),
  /** Who sent a photo. */
  by: z.string().optional(),
  /** When a clip's first and last picture came. */
  from: IsoTime.optional(),
  to: IsoTime.optional(),
  /** Why a clip is less than was wanted: its camera was not open, the stream broke off, or less was in memory. */
  note: z.enum(CLIP_NOTES).optional(),
  /** Locked: nothing takes the file away. */
  isLocked: z.boolean().optional(),
  /** When the file was taken away, because its time was over or the room was needed. */
  removedAt: IsoTime.optional(),
});
export type Evidence = z.infer<typeof Evidence>;
/** Locks a file of an alarm against removal, or lets it go. */
export const EvidenceLock = z.object({ isLocked: z.boolean(), note: z.string().max(500).optional() });

export const LinkageMark = z.object({
  rule: z.string(),
  step: z.string(),
  result: z.enum(LINKAGE_RESULTS),
  detail: z.string().optional(),
  until: IsoTime.optional(),
});
export type LinkageMark = z.infer<typeof LinkageMark>;
export const LinkageAnswer = z.object({ version: z.int().min(1), note: z.string().max(2000).optional() });

export const Alarm = z
  .object({
    id: z.uuid(),
    type: z.string(),
    severity: SeverityNumber,
    condition: z.enum(CONDITIONS),
    state: z.enum(ALARM_STATES),
    verdict: z.enum(VERDICTS).optional(),
    device: z.string(),
    region: RegionCode,
    compound: z.string().optional(),
    centre: RegionCode,
    place: Place,
    title: z.object({ zh: z.string(), en: z.string() }),
    occurredAt: IsoTime,
    lastAt: IsoTime,
    receivedAt: IsoTime,
    count: z.int(),
    value: z.number().optional(),
    text: z.string().optional(),
    assignee: z.string().optional(),
    evidence: z.array(Evidence),
    due: z.object({ accept: IsoTime.optional(), arrive: IsoTime.optional(), close: IsoTime.optional() }),
    shelvedUntil: IsoTime.optional(),
    incident: z.string().optional(),
    cameras: z.array(z.string()),
    /** Steps that follow the alarm (联动); `asked` waits for a person until then. */
    linkages: z.array(LinkageMark).optional(),
    version: z.int(),
  })
  .meta({ id: 'Alarm' });
export type Alarm = z.infer<typeof Alarm>;

/** One line of an alarm's history (经过): what happened, by whom, when. */
export const HistoryItem = z.object({
  seq: z.int(),
  at: IsoTime,
  kind: z.string(),
  /** The identity of the signal that did it: the device's message id where it has one. */
  signal: z.string().optional(),
  by: z.string().optional(),
  centre: RegionCode.optional(),
  note: z.string().optional(),
  doneAt: IsoTime.optional(),
  assignee: z.string().optional(),
  verdict: z.enum(VERDICTS).optional(),
  to: z.string().optional(),
  until: IsoTime.optional(),
  value: z.number().optional(),
  text: z.string().optional(),
  /** A step of a linkage, and what came of it. */
  rule: z.string().optional(),
  step: z.string().optional(),
  result: z.enum(LINKAGE_RESULTS).optional(),
  detail: z.string().optional(),
});
export type HistoryItem = z.infer<typeof HistoryItem>;
export const AlarmDetail = Alarm.extend({ history: z.array(HistoryItem) }).meta({ id: 'AlarmDetail' });
export type AlarmDetail = z.infer<typeof AlarmDetail>;

export const AlarmPage = z.object({ items: z.array(Alarm), next: z.string().optional(), seq: z.int() });
export type AlarmPage = z.infer<typeof AlarmPage>;

export const AlarmFilter = z.object({
  region: listOf(RegionCode),
  state: listOf(z.enum(ALARM_STATES)),
  condition: listOf(z.enum(CONDITIONS)),
  severity: listOf(severityText),
  type: listOf(z.string().max(80)).describe('whole codes, or prefixes that end in a dot: railway.cattle.'),
  device: listOf(z.string().max(64)),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
});
export const AlarmListQuery = AlarmFilter.extend({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(200).optional(),
});

export const AlarmCounts = z.object({
  items: z.array(z.object({ severity: SeverityNumber, state: z.enum(ALARM_STATES), count: z.int() })),
  seq: z.int(),
});
export type AlarmCounts = z.infer<typeof AlarmCounts>;

export { ALARM_ACTIONS, type AlarmAction };

export const AlarmCommand = z
  .object({
    version: z.int().min(1),
    note: z.string().max(2000).optional(),
    assignee: z.string().max(100).optional(),
    verdict: z.enum(VERDICTS).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
    to: RegionCode.optional(),
    /** When the person did it, where a phone sends it later. */
    at: z.iso.datetime({ offset: true }).optional(),
  })
  .meta({ id: 'AlarmCommand' });
export type AlarmCommand = z.infer<typeof AlarmCommand>;

export const BulkCommand = AlarmCommand.omit({ version: true }).extend({
  action: z.enum(ALARM_ACTIONS),
  items: z
    .array(z.object({ id: z.uuid(), version: z.int().min(1) }))
    .min(1)
    .max(200),
});
export const BulkResult = z.object({
  items: z.array(z.object({ id: z.string(), status: z.int(), alarm: Alarm.optional(), detail: z.string().optional() })),
});
export type BulkResult = z.infer<typeof BulkResult>;

/** What the archive holds of an alarm, and of its device around that time. */
export const ArchiveAnswer = z.object({
  items: z.array(
    z.object({
      measurement: z.string(),
      time: IsoTime,
      tags: z.record(z.string(), z.string()),
      fields: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
});
export type ArchiveAnswer = z.infer<typeof ArchiveAnswer>;
