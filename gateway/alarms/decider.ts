import type { Alarm, AlarmDefinition, AlarmId, TimeLimits } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import type { Place } from '../domain/place.ts';
import type { Severity } from '../domain/severity.ts';

/** A signal whose device and alarm type are known: what `decide` judges. Times are milliseconds since 1970, UTC. */
export type Occurrence = Readonly<{
  device: Device;
  definition: AlarmDefinition;
  /** The time limits at a severity, by the type's profile. */
  limits: (severity: Severity) => TimeLimits;
  /** By which the same signal is known again. */
  identity: string;
  occurredAt: number;
  receivedAt: number;
  active: boolean | undefined;
  severity: Severity | undefined;
  value: number | undefined;
  text: string | undefined;
  /** Where it happened; undefined: where its device stands. */
  place: Place | undefined;
  isReplay: boolean;
  around?: Circumstances;
  /** The head of the incident (事件) that the alarm would be part of; its own id where it would head one. */
  incidentOf?: (id: AlarmId, severity: Severity) => AlarmId | undefined;
  /** The id that an alarm gets if this raises one. */
  newAlarm: AlarmId;
}>;

/** What holds around a signal besides what its own device has open: the desk looks it up, the rules judge it. */
export type Circumstances = Readonly<{
  isUnderMaintenance?: boolean;
  isDisarmed?: boolean;
  /** The same beginning waits already for having lasted. */
  isHeld?: boolean;
  /** It has waited its time. */
  hasLasted?: boolean;
  isChattering?: boolean;
  /** What was said before explains it, such as a grant a door that opens. */
  isExplained?: boolean;
}>;

/** What one device has open: the latest alarm of each type that a signal may still join. */
export type DeviceState = Readonly<{
  open: ReadonlyMap<string, Alarm>;
  /** Whether a signal of this identity has already led to an entry. */
  hasSeen: (identity: string) => boolean;
}>;

/** Why a signal leads to no entry; each is counted under its name. */
export const NOTHING_REASONS = [
  'duplicate',
  'disabled',
  'maintenance',
  'disarmed',
  'explained',
  'old-news',
  'not-open',
  'still-active',
  'flapping',
  'too-short',
  'still-held',
] as const;
export type NothingReason = (typeof NOTHING_REASONS)[number];

export type Decision =
  | Readonly<{ entries: readonly AlarmEntry[] }>
  /** `releases`: a beginning that waited is over before its time. */
  | Readonly<{ nothing: NothingReason; releases?: true }>
  /** It must last until then, in milliseconds since 1970, to count. */
  | Readonly<{ holdUntil: number }>;

/** One rule: an answer, or undefined when the next rule shall look at it. */
export type Rule = (state: DeviceState, signal: Occurrence) => Decision | undefined;
