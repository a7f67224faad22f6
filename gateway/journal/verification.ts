import { realpathSync } from 'node:fs';
import Sqlite, { type Database } from 'better-sqlite3';
import { failed, ok, type Result } from '../domain/result.ts';
import { type ChainedRow, chainHash } from './chain.ts';
import { TABLES_VERSION } from './sqlite-tables.ts';

/** A journal that holds together: its kept entries, and the hash at its head, which vouches for all of them. */
export type Sound = Readonly<{ entries: number; first: number; head: number; hash: string }>;
/** The first thing that is wrong; `seq` is the entry's number where it is one entry's trouble. */
export type Broken = Readonly<{ seq: number | undefined; text: string }>;

type Row = ChainedRow & Readonly<{ hash: Buffer | null }>;

/**
 * Walks the chain from the anchor to the head, holds each alarm's row against its last entry, then has SQLite look at
 * its own pages and indexes. Reads a file in use as it was at one moment, without holding up whoever writes it.
 */
export function verifyJournal(file: string): Result<Sound, Broken> {
  const database = new Sqlite(realpathSync(file), { readonly: true, fileMustExist: true });
  try {
    const version = Number(database.pragma('user_version', { simple: true }));
    if (version !== TABLES_VERSION) {
      return broken(undefined, `tables of version ${version}; this release checks version ${TABLES_VERSION}`);
    }
    return database.transaction(() => verified(database))();
  } finally {
    database.close();
  }
}

const broken = (seq: number | undefined, text: string): Result<Sound, Broken> => failed({ seq, text });

function verified(database: Database): Result<Sound, Broken> {
  const chain = walkChain(database);
  if (!chain.ok) return chain;
  const baseless = database.prepare<[], number>(BASELESS_ENTRY).pluck().get();
  if (baseless !== undefined) return broken(baseless, 'the alarm that the entry is based on is not beside its base');
  const alarm = database.prepare(CHANGED_ALARM).pluck().get();
  if (alarm !== undefined) return broken(undefined, `the row of alarm ${alarm} is not what its last entry says`);
  const pages = database.pragma('integrity_check(1)', { simple: true });
  return pages === 'ok' ? chain : broken(undefined, `SQLite says: ${pages}`);
}

/** An entry whose alarm stands nowhere: what it is based on is gone, or is about another alarm, or is no whole one. */
const BASELESS_ENTRY = `
  SELECT seq FROM entries AS based WHERE base IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM entries WHERE seq = based.base AND alarm = based.alarm AND base IS NULL AND snapshot IS NOT NULL
  ) LIMIT 1`;

/** An alarm whose row differs from the snapshot beside its last entry, where that entry is still kept. */
const CHANGED_ALARM = `
  SELECT id FROM alarms JOIN entries ON entries.seq = (SELECT max(seq) FROM entries WHERE alarm = alarms.id)
  WHERE alarms.body IS NOT entries.snapshot LIMIT 1`;

function walkChain(database: Database): Result<Sound, Broken> {
  const anchor = database.prepare<[], { seq: number; hash: Buffer }>('SELECT seq, hash FROM anchor').get();
  if (anchor === undefined) return broken(undefined, 'the anchor, from which the chain goes on, is gone');
  let { seq, hash } = anchor;
  try {
    const rows = database.prepare<[], Row>(
      'SELECT seq, at, kind, body, snapshot, base, hash FROM entries ORDER BY seq',
    );
    for (const row of rows.iterate()) {
      if (row.seq !== seq + 1) return broken(seq + 1, `the entry is missing: ${row.seq} follows ${seq}`);
      hash = chainHash(hash, row);
      seq = row.seq;
      if (row.hash?.equals(hash) !== true) return broken(seq, 'the entry is not the one that was written');
    }
  } catch (error) {
    if (!(error instanceof Sqlite.SqliteError)) throw error;
    return broken(seq + 1, `the entry cannot be read: ${error.message}`);
  }
  return ok({ entries: seq - anchor.seq, first: anchor.seq + 1, head: seq, hash: hash.toString('hex') });
}
