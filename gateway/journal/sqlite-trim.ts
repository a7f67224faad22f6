import type { Database } from 'better-sqlite3';
import type { Trim } from './sqlite-wire.ts';

/** Entries that go in one transaction: some 5 ms, for which the next batch waits. */
const SLICE = 500;

type Aged = Readonly<{ seq: number; at: number; hash: Buffer }>;
export type Trimmed = Readonly<{ oldest: number; isOver: boolean }>;

/**
 * One slice of what retention takes: the oldest entries, the rows of closed alarms that have no entry left, and the
 * anchor moved to the last that went, so that the chain still holds from there on. Open alarms and facts stay.
 * It stops at the first entry that is too young, so that a clock that once was wrong takes nothing with it.
 */
export function trimmer(database: Database): (trim: Trim) => Trimmed {
  const anchorSeq = database.prepare<[], number>('SELECT seq FROM anchor').pluck();
  const oldest = database.prepare<[number, number], Aged>(
    `SELECT seq, at, hash FROM entries WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ${SLICE}`,
  );
  const dropAlarms = database.prepare<[number, number, number]>(
    `DELETE FROM alarms WHERE state = 'closed'
       AND id IN (SELECT alarm FROM entries WHERE seq > ? AND seq <= ? AND alarm IS NOT NULL)
       AND NOT EXISTS (SELECT 1 FROM entries WHERE alarm = alarms.id AND seq > ?)`,
  );
  const dropEntries = database.prepare<[number]>('DELETE FROM entries WHERE seq <= ?');
  const setAnchor = database.prepare<[number, Buffer]>('UPDATE anchor SET seq = ?, hash = ?');
  return database.transaction(({ before, upTo }: Trim): Trimmed => {
    const anchor = anchorSeq.get() ?? 0;
    const rows = oldest.all(anchor, upTo);
    const young = rows.findIndex(({ at }) => at >= before);
    const last = rows.at(young === -1 ? -1 : young - 1);
    if (last === undefined || young === 0) return { oldest: anchor + 1, isOver: true };
    dropAlarms.run(anchor, last.seq, last.seq);
    setAnchor.run(last.seq, last.hash);
    dropEntries.run(last.seq);
    return { oldest: last.seq + 1, isOver: young !== -1 || rows.length < SLICE };
  }).immediate;
}
