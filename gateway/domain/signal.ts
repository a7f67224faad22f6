import type { BadValue } from './bad-value.ts';
import type { DeviceId } from './device.ts';
import type { Place } from './place.ts';
import type { Severity } from './severity.ts';

/** A report that came in a message: the message as a dead letter, for when nobody knows the device or its word. */
type FromMessage = Readonly<{ asDeadLetter?: (fault: BadValue) => DeadLetter }>;

/**
 * What a device said, decoded; not yet an alarm (信号).
 * `type` is an alarm type's code, or the device's own word, which the device record, its profile or the catalogue
 * makes a type of. `active` true opens, false clears, absent is a pulse. Times are milliseconds since 1970, UTC.
 */
export type Signal = FromMessage &
  Readonly<{
    kind: 'signal';
    device: DeviceId;
    type: string;
    /** The device's message id; without one the identity is a hash of what it said and when. */
    id?: string;
    at?: number;
    active?: boolean;
    severity?: Severity;
    value?: number;
    unit?: string;
    text?: string;
    place?: Place;
    /** Old news, such as a retained message or the first answer of a subscription: its state counts, it raises no pulse. */
    isReplay?: boolean;
  }>;

/** Measured values of a device; archived, never an alarm by itself (遥测). */
export type Telemetry = FromMessage &
  Readonly<{
    kind: 'telemetry';
    device: DeviceId;
    at?: number;
    values: Readonly<Record<string, number>>;
    place?: Place;
  }>;

/** Whether a device is there (在线状态): its own word, its last will, or an adapter's judgement. */
export type Status = FromMessage & Readonly<{ kind: 'status'; device: DeviceId; online: boolean; at?: number }>;

/** A door was asked to open. `credential` is a keyed pseudonym, never a card, a name or a number. */
export type AccessEvent = FromMessage &
  Readonly<{
    kind: 'access';
    device: DeviceId;
    at?: number;
    id?: string;
    result: 'granted' | 'denied' | 'pending';
    direction?: 'in' | 'out';
    credential?: string;
  }>;

/** A message that could not be understood, kept for inspection with personal fields removed (无法解析的报文). */
export type DeadLetter = Readonly<{
  kind: 'dead-letter';
  topic: string;
  device?: DeviceId;
  /** The headline; further faults of the same message follow in `others`. */
  fault: BadValue;
  others?: readonly BadValue[];
  /** At most 4 KiB of text as it came; bytes that are not UTF-8 are given in base64. */
  payload: string;
}>;

export type Report = Signal | Telemetry | Status | AccessEvent | DeadLetter;

/** The one way in for adapters. */
export interface Intake {
  /**
   * Resolves once everything that follows from `reports` is durable: only then may the device get its acknowledgement.
   * Rejects when the journal could not take it; the device must then keep the message and send it again.
   * An id that no registry entry has becomes a dead letter with `unknown-device`: adapters need not ask first.
   */
  accept(reports: readonly Report[]): Promise<void>;
}
