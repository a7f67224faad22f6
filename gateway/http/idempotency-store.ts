import Sqlite from 'better-sqlite3';

export type Answer = Readonly<{ status: number; contentType: string; body: string }>;
type Row = Readonly<{ fingerprint: string; status: number | null; contentType: string; body: string }>;

const KEPT_MS = 24 * 3_600_000;
/** Keys that are kept; beyond that the oldest go before their day is over. At some 2 KB each: 100 MB. */
const KEYS_MAX = 50_000;
/** How often old keys are looked for, in new keys. */
const SWEEP_EVERY = 500;

/**
 * Answers to writes, by key, for a day. WAL at NORMAL: a killed process loses nothing, a power cut may lose the last
 * moments, and then the version lock of alarms and devices still stands.
 */
export class IdempotencyStore {
  readonly #database: Sqlite.Database;
  readonly #now: () => number;
  readonly #statements: ReturnType<typeof prepare>;
  #untilSweep = 0;

  constructor(file: string, now: () => number) {
    this.#database = new Sqlite(file);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = NORMAL');
    this.#database.exec(
      `CREATE TABLE IF NOT EXISTS answers (
         key TEXT PRIMARY KEY, at INTEGER NOT NULL, fingerprint TEXT NOT NULL,
         status INTEGER, content_type TEXT NOT NULL DEFAULT '', body TEXT NOT NULL DEFAULT ''
       ) WITHOUT ROWID;
       CREATE INDEX IF NOT EXISTS answers_at ON answers (at)`,
    );
    this.#now = now;
    this.#statements = prepare(this.#database);
  }

  /** `answer` is undefined for an act that was begun by a process that died before it ended. */
  find(key: string): { fingerprint: string; answer: Answer | undefined } | undefined {
    const row = this.#statements.find.get(key, this.#now() - KEPT_MS);
    if (row === undefined) return undefined;
    const { fingerprint, status, contentType, body } = row;
    return { fingerprint, answer: status === null ? undefined : { status, contentType, body } };
  }

  begin(key: string, fingerprint: string): void {
    this.#sweep();
    this.#statements.begin.run(key, this.#now(), fingerprint);
  }

  finish = (key: string, { status, contentType, body }: Answer): void =>
    void this.#statements.finish.run(status, contentType, body, key);

  forget = (key: string): void => void this.#statements.forget.run(key);

  close = (): void => void this.#database.close();

  #sweep(): void {
    this.#untilSweep -= 1;
    if (this.#untilSweep > 0) return;
    this.#untilSweep = SWEEP_EVERY;
    this.#statements.dropOld.run(this.#now() - KEPT_MS);
    this.#statements.dropBeyond.run(KEYS_MAX);
  }
}

const prepare = (database: Sqlite.Database) => ({
  find: database.prepare<[string, number], Row>(
    'SELECT fingerprint, status, content_type AS contentType, body FROM answers WHERE key = ? AND at > ?',
  ),
  begin: database.prepare<[string, number, string]>(
    'INSERT OR REPLACE INTO answers (key, at, fingerprint) VALUES (?, ?, ?)',
  ),
  finish: database.prepare<[number, string, string, string]>(
    'UPDATE answers SET status = ?, content_type = ?, body = ? WHERE key = ?',
  ),
  forget: database.prepare<[string]>('DELETE FROM answers WHERE key = ?'),
  dropOld: database.prepare<[number]>('DELETE FROM answers WHERE at <= ?'),
  dropBeyond: database.prepare<[number]>(
    'DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY at DESC LIMIT -1 OFFSET ?)',
  ),
});
