import type { DeviceId } from '../../domain/device.ts';
import type { Seq } from '../../journal/journal.ts';

/** A value that comes later than this after it was measured is of an hour that may be archived and forgotten here. */
export const LATE_MAX_MS = 48 * 3_600_000;

/** What a device measured, or that it left the registry and its values with it. `isLate`: too late for its hour. */
export type Word =
  | Readonly<{ device: DeviceId; at: number; values: Readonly<Record<string, number>>; isLate: boolean }>
  | Readonly<{ device: DeviceId; isGone: true }>;

/** What one value of a device came to in the hour that began at `hour` (ms since 1970). `n` values, their `sum` too. */
export type HourOfValue = Readonly<{
  hour: number;
  device: DeviceId;
  name: string;
  n: number;
  least: number;
  most: number;
  sum: number;
}>;

/**
 * `take`: words up to number `upTo` of the journal, once however often. `due`: hours that began before `before` and
 * have changed since they were archived. `archived`: they are, as they were. `forget`: hours that began before
 * `before` and are archived, a slice at a time.
 */
export type ToValuesWriter =
  | Readonly<{ kind: 'take'; upTo: Seq; words: readonly Word[] }>
  | Readonly<{ kind: 'due'; before: number }>
  | Readonly<{ kind: 'archived'; hours: readonly HourOfValue[] }>
  | Readonly<{ kind: 'forget'; before: number }>
  | Readonly<{ kind: 'close' }>;

/** `count`: rows that a `forget` took. */
export type FromValuesWriter = Readonly<{ hours: readonly HourOfValue[]; count: number }>;
