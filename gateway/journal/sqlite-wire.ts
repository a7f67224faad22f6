import type { Alarm } from '../domain/alarm.ts';
import { factOf } from '../domain/entry.ts';
import { escalatesAt } from '../domain/escalation.ts';
import type { NewEntry, Write } from './journal.ts';
import type { StorageFault } from './storage-fault.ts';

/** What crosses between the event loop and the writer thread: text ready to be stored. */
export type AlarmRow = Readonly<{
  id: string;
  device: string;
  type: string;
  region: string;
  line: string | null;
  compound: string | null;
  state: string;
  condition: string;
  severity: number;
  occurredAt: number;
  escalatesAt: number | null;
  body: string;
}>;
export type StoredEntry = Readonly<{
  kind: string;
  body: string;
  row: AlarmRow | undefined;
  fact: Readonly<{ key: string; value: string | undefined }> | undefined;
}>;
export type StoredWrite = Readonly<{
  subject: string;
  expectedVersion: number | undefined;
  at: number;
  entries: readonly StoredEntry[];
}>;
export type Batch = Readonly<{
  writes: readonly StoredWrite[];
  cursors: readonly Readonly<{ follower: string; seq: number }>[];
}>;
export type Answer = Readonly<{ last: number }> | Readonly<{ conflict: number }>;
/** Entries stamped before `before` go, from the oldest on, up to number `upTo`; the first later one ends it. */
export type Trim = Readonly<{ before: number; upTo: number }>;

/**
 * `give-up-reserve` frees the room that was kept and stores what the journal has to say of it; `recover` takes that
 * room again first, and fails where there is not enough.
 */
export type ToWriter =
  | Readonly<{ kind: 'trim'; trim: Trim }>
  | Readonly<{ kind: 'commit' | 'give-up-reserve' | 'recover'; batch: Batch }>
  | Readonly<{ kind: 'close' }>;
export type FromWriter =
  | Readonly<{ kind: 'ready'; head: number; synchronous: number; fault: StorageFault | undefined }>
  | Readonly<{ kind: 'trimmed'; oldest: number; isOver: boolean }>
  | Readonly<{ kind: 'committed'; answers: readonly Answer[]; head: number }>
  | Readonly<{ kind: 'refused'; reason: string; fault: StorageFault | undefined }>;

export const toStored = (write: Write, at: number): StoredWrite => ({
  subject: write.subject,
  expectedVersion: write.expectedVersion,
  at,
  entries: write.entries.map(toStoredEntry),
});

function toStoredEntry({ entry, alarm }: NewEntry): StoredEntry {
  const fact = factOf(entry);
  return {
    kind: entry.kind,
    body: JSON.stringify(entry),
    row: alarm === undefined ? undefined : toRow(alarm),
    fact: fact === undefined ? undefined : { key: fact.key, value: JSON.stringify(fact.value) },
  };
}

const toRow = (alarm: Alarm): AlarmRow => ({
  id: alarm.id,
  device: alarm.device,
  type: alarm.type,
  region: alarm.region,
  line: alarm.place.line ?? null,
  compound: alarm.compound ?? null,
  state: alarm.state,
  condition: alarm.condition,
  severity: alarm.severity,
  occurredAt: alarm.occurredAt,
  escalatesAt: escalatesAt(alarm) ?? null,
  body: JSON.stringify(alarm),
});
