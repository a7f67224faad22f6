import { factOf } from '../domain/entry.ts';
import type { Seq, Write } from './journal.ts';
import { type AlarmRow, patchOf, toBody, toRow } from './sqlite-rows.ts';

/** Writes that came together and stand in one batch; `at` is the time that their entries are stamped with. */
export type Group = Readonly<{ writes: readonly Write[]; at: number }>;
export type CursorMove = Readonly<{ follower: string; seq: Seq }>;

/** An alarm's row, as the batch's entry number `entry` left it. */
export type PutRow = Readonly<{ entry: number; row: AlarmRow }>;

/**
 * What the writer thread stores: text that is ready, in columns. An alarm that several entries of a batch change, as in a storm, is written
 * whole beside the last of them only; the others carry what differs, and `bases` names that last one.
 */
export type Batch = Readonly<{
  /** By write. */
  subjects: readonly string[];
  expectedVersions: readonly (number | undefined)[];
  stamps: readonly number[];
  entryCounts: readonly number[];
  /** By entry; `bases` is the number of an entry in this batch, -1 where the snapshot is whole or there is none. */
  kinds: readonly string[];
  bodies: readonly string[];
  alarms: readonly (string | null)[];
  snapshots: readonly (string | null)[];
  bases: readonly number[];
  /** By alarm. */
  rows: readonly PutRow[];
  facts: readonly Readonly<{ entry: number; key: string; value: string | undefined }>[];
  cursors: readonly CursorMove[];
}>;

export type Answer = Readonly<{ last: number }> | Readonly<{ conflict: number }>;
/** Puts groups into columns, in their order. */
export function toBatch(groups: readonly Group[], cursors: readonly CursorMove[]): Batch {
  const writes = groups.flatMap(({ writes: together }) => together);
  const entries = writes.flatMap((write) => write.entries);
  const lastOf = new Map<string, number>();
  for (const [index, { alarm }] of entries.entries()) if (alarm !== undefined) lastOf.set(alarm.id, index);
  const rows = [...lastOf.values()].flatMap((entry): readonly PutRow[] => {
    const alarm = entries[entry]?.alarm;
    return alarm === undefined ? [] : [{ entry, row: toRow(alarm) }];
  });
  const whole = new Map(rows.map(({ entry, row }) => [entry, row.body]));
  const bases = entries.map(({ alarm }, index) => {
    const last = alarm === undefined ? index : (lastOf.get(alarm.id) ?? index);
    return last === index ? -1 : last;
  });
  return {
    subjects: writes.map(({ subject }) => subject),
    expectedVersions: writes.map(({ expectedVersion }) => expectedVersion),
    stamps: groups.flatMap(({ writes: { length }, at }) => new Array<number>(length).fill(at)),
    entryCounts: writes.map(({ entries: { length } }) => length),
    kinds: entries.map(({ entry }) => entry.kind),
    bodies: entries.map(toBody),
    alarms: entries.map(({ alarm }) => alarm?.id ?? null),
    snapshots: entries.map(({ alarm }, index) => {
      const base = entries[bases[index] ?? -1]?.alarm;
      return alarm === undefined || base === undefined ? (whole.get(index) ?? null) : patchOf(base, alarm);
    }),
    bases,
    rows,
    facts: entries.flatMap(({ entry: said }, entry) => {
      const fact = factOf(said);
      return fact === undefined ? [] : [{ entry, key: fact.key, value: JSON.stringify(fact.value) }];
    }),
    cursors,
  };
}
