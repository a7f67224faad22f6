import { createHash } from 'node:crypto';
import Sqlite from 'better-sqlite3';
import { factOf } from '../../gateway/domain/entry.ts';
import type { NewEntry } from '../../gateway/journal/journal.ts';
import { toRow } from '../../gateway/journal/sqlite-rows.ts';

/** The tables as release 0.1.0 of the first days made them; kept as they were, since such files are out there. */
const TABLES = `
  CREATE TABLE entries (
    seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL,
    alarm TEXT, body TEXT NOT NULL, snapshot TEXT
  );
  CREATE INDEX entries_of_alarm ON entries (alarm, seq) WHERE alarm IS NOT NULL;
  CREATE INDEX entries_of_kind ON entries (kind, seq)
    WHERE kind IN ('dead-letter', 'dead-letter-replayed', 'audited', 'sign-in-refused');
  CREATE TABLE subjects (subject TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE cursors (follower TEXT PRIMARY KEY, seq INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE alarms (
    id TEXT PRIMARY KEY, device TEXT NOT NULL, type TEXT NOT NULL, region TEXT NOT NULL, line TEXT, compound TEXT,
    state TEXT NOT NULL, condition TEXT NOT NULL, severity INTEGER NOT NULL, occurred_at INTEGER NOT NULL,
    escalates_at INTEGER, body TEXT NOT NULL
  );
  CREATE INDEX alarms_by_time ON alarms (occurred_at DESC, id DESC);
  CREATE INDEX alarms_by_region ON alarms (region, occurred_at DESC);
  CREATE INDEX alarms_by_device ON alarms (device, type, id);
  CREATE INDEX alarms_overdue ON alarms (escalates_at) WHERE escalates_at IS NOT NULL;
  CREATE INDEX alarms_open ON alarms (state, severity, occurred_at DESC) WHERE state <> 'closed';
`;

/** A journal file of version 1, with entries that `at` and their place in the list number. */
export function writeVersion1(file: string, entries: readonly NewEntry[], at: number): void {
  const database = new Sqlite(file);
  database.pragma('journal_mode = WAL');
  database.exec(TABLES);
  database.pragma('user_version = 1');
  for (const [index, { entry, alarm }] of entries.entries()) {
    const [row, fact] = [alarm === undefined ? undefined : toRow(alarm), factOf(entry)];
    const values = [index + 1, at, entry.kind, row?.id ?? null, JSON.stringify(entry), row?.body ?? null];
    database.prepare('INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?)').run(values);
    if (row !== undefined) {
      database
        .prepare(
          `INSERT OR REPLACE INTO alarms VALUES (@id, @device, @type, @region, @line, @compound, @state, @condition,
             @severity, @occurredAt, @escalatesAt, @body)`,
        )
        .run(row);
    }
    if (fact !== undefined)
      database.prepare('INSERT INTO facts VALUES (?, ?)').run(fact.key, JSON.stringify(fact.value));
  }
  database.prepare("INSERT INTO subjects VALUES ('device/d', ?)").run(entries.length);
  database.prepare("INSERT INTO cursors VALUES ('archive', 2)").run();
  database.close();
}

type OldRow = Readonly<{ seq: number; at: number; kind: string; body: string; snapshot: string | null }>;

/** A journal file of version 2: the same with a chain of hashes, as that release made them. */
export function writeVersion2(file: string, entries: readonly NewEntry[], at: number): void {
  writeVersion1(file, entries, at);
  const database = new Sqlite(file);
  database.exec(
    'ALTER TABLE entries ADD COLUMN hash BLOB; CREATE TABLE anchor (seq INTEGER NOT NULL, hash BLOB NOT NULL)',
  );
  let hash = Buffer.alloc(32);
  database.prepare('INSERT INTO anchor VALUES (0, ?)').run(hash);
  const setHash = database.prepare('UPDATE entries SET hash = ? WHERE seq = ?');
  for (const row of database
    .prepare<[], OldRow>('SELECT seq, at, kind, body, snapshot FROM entries ORDER BY seq')
    .all()) {
    const text = [hash.toString('hex'), row.seq, row.at, row.kind, row.body, row.snapshot ?? ''].join('\n');
    hash = createHash('sha256').update(text).digest();
    setHash.run(hash, row.seq);
  }
  database.pragma('user_version = 2');
  database.close();
}
