import type { AlarmOrder, OrderFault } from '../alarms/command.ts';
import type { Actor } from '../domain/actor.ts';
import type { Alarm, AlarmId, Evidence } from '../domain/alarm.ts';
import type { AlarmEntry, OtherEntry } from '../domain/entry.ts';
import type { Result } from '../domain/result.ts';

export type LinkageAnswer = Readonly<{
  rule: string;
  step: string;
  isConfirmed: boolean;
  version: number;
  by: Actor;
  note: string | undefined;
}>;
/** `not-asked`: nothing waits for an answer there, or no longer. */
export type LinkageFault =
  | Readonly<{ kind: 'unknown-alarm' }>
  | Readonly<{ kind: 'conflict' | 'not-asked'; present: Alarm }>;

/** Entries that stand or fall with an order, and how to take back what was counted on them. */
export type Beside = Readonly<{ entries: readonly OtherEntry[]; undo: () => void }>;

/** What an order about an alarm brings along, such as the task of a dispatch. */
export interface BesideOrders {
  of(alarm: Alarm, entry: AlarmEntry): Beside | undefined;
}

/** Where people's orders about alarms are carried out: decided, journalled, then answered. */
export interface AlarmDesk {
  find(id: AlarmId): Alarm | undefined;
  /**
   * Resolves once the entry is durable. Throws JournalUnavailable. Scope is the caller's to check, by `find`.
   * `beside` goes into the same write, in place of what else the order would bring along.
   */
  carryOut(id: AlarmId, order: AlarmOrder, beside?: Beside): Promise<Result<Alarm, OrderFault>>;
  /** A person's answer to a dangerous step of a linkage. The version is the alarm's: who comes second has a conflict. */
  answerLinkage(id: AlarmId, answer: LinkageAnswer): Promise<Result<Alarm, LinkageFault>>;
  /** Adds a picture or clip; the same camera and kind twice is once. */
  addEvidence(id: AlarmId, evidence: Evidence): Promise<void>;
  /** Locks a file of the alarm against removal, or lets it go; answers the alarm. Undefined: no such file. */
  lockEvidence(id: AlarmId, url: string, isLocked: boolean, by: Actor, note?: string): Promise<Alarm | undefined>;
  /** Notes that a file goes, before it does. False: it is locked, gone, or not the alarm's. */
  removeEvidence(id: AlarmId, url: string, why: 'over' | 'room'): Promise<boolean>;
}
