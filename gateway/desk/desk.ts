import type { AlarmOrder, OrderFault } from '../alarms/command.ts';
import type { Alarm, AlarmId, Evidence } from '../domain/alarm.ts';
import type { Result } from '../domain/result.ts';

/** Where people's orders about alarms are carried out: decided, journalled, then answered. */
export interface AlarmDesk {
  find(id: AlarmId): Alarm | undefined;
  /** Resolves once the entry is durable. Throws JournalUnavailable. Scope is the caller's to check, by `find`. */
  carryOut(id: AlarmId, order: AlarmOrder): Promise<Result<Alarm, OrderFault>>;
  /** Adds a picture or clip; the same camera and kind twice is once. */
  addEvidence(id: AlarmId, evidence: Evidence): Promise<void>;
}
