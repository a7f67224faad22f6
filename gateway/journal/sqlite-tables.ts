import type { Database } from 'better-sqlite3';
import { type ChainedRow, chainHash, FIRST_HASH } from './chain.ts';
import { PAGE_INDEXES } from './sqlite-pages.ts';

const FIRST_TABLES = `
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

/** Entries that are read at once while an older file gets its hashes: a few MiB. */
const SLICE = 1000;

/** The anchor is the last entry that retention took, and its hash: what is kept goes on from there. */
function addChain(database: Database): void {
  database.exec(`
    ALTER TABLE entries ADD COLUMN hash BLOB;
    CREATE TABLE anchor (seq INTEGER NOT NULL, hash BLOB NOT NULL);
  `);
  database.prepare('INSERT INTO anchor VALUES (0, ?)').run(FIRST_HASH);
  const after = database.prepare<[number], Omit<ChainedRow, 'base'>>(
    `SELECT seq, at, kind, body, snapshot FROM entries WHERE seq > ? ORDER BY seq LIMIT ${SLICE}`,
  );
  const setHash = database.prepare('UPDATE entries SET hash = ? WHERE seq = ?');
  let previous = FIRST_HASH;
  for (let rows = after.all(0); rows.length > 0; rows = after.all(rows.at(-1)?.seq ?? 0)) {
    for (const row of rows) {
      previous = chainHash(previous, { ...row, base: null });
      setHash.run(previous, row.seq);
    }
  }
}

/** A page costs what it shows: each index is in a page's order, with what is asked most beside it. */
const indexPages = (database: Database): unknown =>
  database.exec(`DROP INDEX alarms_by_time; DROP INDEX alarms_by_region; DROP INDEX alarms_open;
    DROP INDEX entries_of_kind; ${PAGE_INDEXES}`);

/** The entry of the same batch beside which an alarm stands whole, where the snapshot is only what differs from it. */
const addBases = (database: Database): unknown => database.exec('ALTER TABLE entries ADD COLUMN base INTEGER');

/** The step at place `n` makes tables of version `n + 1` from those of version `n`; never change one that was released. */
const STEPS: readonly ((database: Database) => void)[] = [
  (database) => database.exec(FIRST_TABLES),
  addChain,
  indexPages,
  addBases,
];
export const TABLES_VERSION = STEPS.length;

/**
 * Makes the writing connection durable, then the tables: new ones, or those of an earlier release, in one transaction.
 * FULL comes after WAL on purpose: better-sqlite3 opens WAL files at NORMAL, which may lose the last commits in a power cut.
 */
export function prepareForWriting(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('wal_autocheckpoint = 4000');
  const version = Number(database.pragma('user_version', { simple: true }));
  if (version === TABLES_VERSION) return;
  if (version > TABLES_VERSION)
    throw new Error(`the journal has tables of version ${version}, this release knows ${TABLES_VERSION}`);
  database.transaction(() => {
    for (const step of STEPS.slice(version)) step(database);
    database.pragma(`user_version = ${TABLES_VERSION}`);
  })();
}
