import type { Alarm } from '../domain/alarm.ts';
import type { Entry } from '../domain/entry.ts';
import type { Recorded } from './journal.ts';

export type EntryRow = Readonly<{ seq: number; at: number; body: string; snapshot: string | null }>;

/*
 * Rows hold what this program wrote and checked before: they are read back, not parsed again. JSON leaves out what is
 * undefined, which reading an absent key gives again.
 */
export const toRecorded = (row: EntryRow): Recorded => ({
  seq: row.seq,
  at: row.at,
  entry: JSON.parse(row.body) as Entry,
  alarm: row.snapshot === null ? undefined : (JSON.parse(row.snapshot) as Alarm),
});

export const toAlarm = (row: Readonly<{ body: string }>): Alarm => JSON.parse(row.body) as Alarm;
