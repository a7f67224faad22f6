import type { Database } from 'better-sqlite3';

/** Version of the tables below; a later release migrates from each earlier one. */
export const TABLES_VERSION = 1;

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

/**
 * Makes the writing connection durable, then the tables where there are none.
 * FULL comes after WAL on purpose: better-sqlite3 opens WAL files at NORMAL, which may lose the last commits in a power cut.
 */
export function prepareForWriting(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 4000');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version === TABLES_VERSION) return;
  if (version !== 0)
    throw new Error(`the journal has tables of version ${version}, this release knows ${TABLES_VERSION}`);
  database.transaction(() => {
    database.exec(TABLES);
    database.pragma(`user_version = ${TABLES_VERSION}`);
  })();
}
