import type { ClipNote } from './camera.ts';
import type { DeviceId } from './device.ts';
import type { LinkageMark } from './linkage.ts';
import type { Place } from './place.ts';
import type { RegionCode } from './region.ts';
import type { Severity } from './severity.ts';

/** UUIDv7. */
export type AlarmId = string;

/** What the device says (现场状态). People never write it. */
export const CONDITIONS = ['active', 'cleared'] as const;
export type Condition = (typeof CONDITIONS)[number];

/** What people did (处置状态). Devices never write it. */
export const ALARM_STATES = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved', 'closed'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

/** 研判结果, given when an alarm is resolved. */
export const VERDICTS = ['real', 'falseAlarm', 'test', 'duplicate'] as const;
export type Verdict = (typeof VERDICTS)[number];

export const EVIDENCE_KINDS = ['snapshot', 'clip', 'photo'] as const;
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

export type Evidence = Readonly<{
  kind: EvidenceKind;
  url: string;
  at: number;
  camera: DeviceId | undefined;
  sha256: string;
  bytes?: number;
  /** Who sent a photo. */
  by?: string;
  /** When a clip's first and last picture came. */
  from?: number;
  to?: number;
  /** Why a clip is less than was wanted. */
  note?: ClipNote;
  /** Nothing may take the file away. */
  isLocked?: boolean;
  /** When the file was taken away: its time was over, or the room was needed. */
  removedAt?: number;
}>;

/** Points in time by which people must have accepted, arrived and closed; undefined where nobody has to. */
export type Due = Readonly<{ accept: number | undefined; arrive: number | undefined; close: number | undefined }>;

/** Something that needs a person's answer in time (报警). Times are milliseconds since 1970, UTC. */
export type Alarm = Readonly<{
  id: AlarmId;
  type: string;
  severity: Severity;
  condition: Condition;
  state: AlarmState;
  verdict: Verdict | undefined;
  device: DeviceId;
  region: RegionCode;
  compound: string | undefined;
  /** The centre that answers for it now: its own region at first, a wider one after an escalation. */
  centre: RegionCode;
  place: Place;
  title: Readonly<{ zh: string; en: string }>;
  /** When the device says it began; `lastAt` is its latest repeat. */
  occurredAt: number;
  lastAt: number;
  receivedAt: number;
  /** Signals folded into it, the first one included. */
  count: number;
  /** The last value and words of the device. */
  value: number | undefined;
  text: string | undefined;
  assignee: string | undefined;
  evidence: readonly Evidence[];
  due: Due;
  shelvedUntil: number | undefined;
  incident: string | undefined;
  /** The cameras that see the place, nearest first. */
  cameras: readonly DeviceId[];
  /** How far the steps that follow it are (联动). */
  linkages?: readonly LinkageMark[];
  /** Grows by one with every entry about this alarm. */
  version: number;
}>;

/** An alarm type's definition (报警类型): the shipped catalogue, overridden by the city's configuration. */
export type AlarmDefinition = Readonly<{
  code: string;
  zh: string;
  en: string;
  family: string;
  severity: Severity;
  /** `stateful` 持续型 opens and clears; `pulse` 瞬时型 has no end of its own. */
  kind: 'stateful' | 'pulse';
  mergeWindowMs: number;
  /** Row set of the time limits that apply to it. */
  limitProfile: string;
  linkages: readonly string[];
  /** A beginning must last so long to count (延时确认); 0 or absent: it counts at once. */
  holdOffMs?: number;
  /** One severity up when it has been said so often, or has been active so long. */
  graverAfterCount?: number;
  graverAfterMs?: number;
}>;

/** Minutes to accept, arrive and close for one profile and severity; undefined where nobody has to. */
export type TimeLimits = Readonly<{
  acceptMs: number | undefined;
  arriveMs: number | undefined;
  closeMs: number | undefined;
}>;
