import type { Database } from 'better-sqlite3';
import type { Alarm } from '../domain/alarm.ts';
import type { Entry } from '../domain/entry.ts';
import { escalatesAt } from '../domain/escalation.ts';
import type { NewEntry, Recorded } from './journal.ts';

/*
 * How entries and alarms are written as text, and read again. Rows hold what this program wrote and checked before:
 * they are read back, not parsed again. JSON leaves out what is undefined, which reading an absent key gives again.
 */

/** `base` is the number of the entry beside which the alarm stands whole; `snapshot` is then what differs from that. */
export type EntryRow = Readonly<{
  seq: number;
  at: number;
  body: string;
  snapshot: string | null;
  base: number | null;
}>;
export const ENTRY_COLUMNS = 'seq, at, body, snapshot, base';

/** An alarm as it can be asked for. */
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

export const toRow = (alarm: Alarm): AlarmRow => ({
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

export const toAlarm = (row: Readonly<{ body: string }>): Alarm => JSON.parse(row.body) as Alarm;

/** A `raised` entry's alarm is the snapshot beside it: it is not written twice. */
export function toBody({ entry, alarm }: NewEntry): string {
  if (entry.kind !== 'raised' || entry.raised !== alarm) return JSON.stringify(entry);
  const { raised: _beside, ...rest } = entry;
  return JSON.stringify(rest);
}

type Loose = Readonly<Record<string, unknown>>;

/** What makes `alarm` of `base`, by its topmost fields; null where there is none. Source: RFC 7396, without nesting. */
export function patchOf(base: Loose, alarm: Loose): string {
  const patch: Record<string, unknown> = {};
  for (const key in base) if (base[key] !== alarm[key]) patch[key] = alarm[key] ?? null;
  for (const key in alarm) if (!(key in base)) patch[key] = alarm[key];
  return JSON.stringify(patch);
}

/** The alarm of which `patch` tells how it differs from `base`. No field of an alarm is null. */
export function patched(base: Alarm, patch: string): Alarm {
  const alarm: Record<string, unknown> = { ...base, ...(JSON.parse(patch) as Loose) };
  for (const key in alarm) if (alarm[key] === null) delete alarm[key];
  return alarm as Alarm;
}

/**
 * Reads entries through this connection, each with the alarm as that entry left it. Retention may take entries out
 * between the rows and their bases: those rows, which are gone as well then, are left out.
 */
export function entryReader(database: Database): (rows: readonly EntryRow[]) => readonly Recorded[] {
  const snapshotOf = database.prepare<[number], string>('SELECT snapshot FROM entries WHERE seq = ?').pluck();
  return (rows) => {
    const whole = new Map<number, Alarm | undefined>(); // many entries of a storm stand on one
    const wholeAt = (seq: number): Alarm | undefined => {
      if (!whole.has(seq))
        whole.set(
          seq,
          mapOne(snapshotOf.get(seq), (body) => toAlarm({ body })),
        );
      return whole.get(seq);
    };
    return rows.flatMap((row) => {
      if (row.snapshot === null) return [recordedOf(row, undefined)];
      if (row.base === null) return [recordedOf(row, toAlarm({ body: row.snapshot }))];
      const [base, patch] = [wholeAt(row.base), row.snapshot];
      return base === undefined ? [] : [recordedOf(row, patched(base, patch))];
    });
  };
}

export const mapOne = <A, B>(value: A | undefined, map: (value: A) => B): B | undefined =>
  value === undefined ? undefined : map(value);

function recordedOf({ seq, at, body }: EntryRow, alarm: Alarm | undefined): Recorded {
  const entry = JSON.parse(body) as Entry;
  const isBeside = entry.kind === 'raised' && alarm !== undefined && !('raised' in entry);
  return { seq, at, entry: isBeside ? { ...(entry as Entry & { kind: 'raised' }), raised: alarm } : entry, alarm };
}
