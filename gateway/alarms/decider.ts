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
  place: Place | undefined;
  isReplay: boolean;
  /** The id that an alarm gets if this raises one. */
  newAlarm: AlarmId;
}>;

/** What one device has open: the latest alarm of each type that a signal may still join. */
export type DeviceState = Readonly<{
  open: ReadonlyMap<string, Alarm>;
  /** Whether a signal of this identity has already led to an entry. */
  hasSeen: (identity: string) => boolean;
}>;

/** Why a signal leads to no entry; each is counted under its name. */
export const NOTHING_REASONS = ['duplicate', 'disabled', 'old-news', 'not-open', 'still-active'] as const;
export type NothingReason = (typeof NOTHING_REASONS)[number];

export type Decision = Readonly<{ entries: readonly AlarmEntry[] }> | Readonly<{ nothing: NothingReason }>;

/** One rule: an answer, or undefined when the next rule shall look at it. */
export type Rule = (state: DeviceState, signal: Occurrence) => Decision | undefined;
