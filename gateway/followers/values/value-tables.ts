import type { Database } from 'better-sqlite3';
import type { Seq } from '../../journal/journal.ts';
import type { FromValuesWriter, HourOfValue, ToValuesWriter, Word } from './values-wire.ts';

/** Names of values that are kept of one device; what has more is a program's mistake. The archive has all of them. */
const NAMES_MAX = 256;
/** Hours handed out, and rows taken out, at once: a request of the archive, some milliseconds. */
const SLICE = 1_000;
const HOUR_MS = 3_600_000;
const NOTHING: FromValuesWriter = { hours: [], count: 0 };

export const VALUE_TABLES = `
  CREATE TABLE IF NOT EXISTS latest (
    device TEXT NOT NULL, name TEXT NOT NULL, value REAL NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (device, name)
  ) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS hour (
    hour INTEGER NOT NULL, device TEXT NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL, least REAL NOT NULL,
    most REAL NOT NULL, sum REAL NOT NULL, archived INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (hour, device, name)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX IF NOT EXISTS hour_due ON hour (hour) WHERE archived <> n;
  CREATE TABLE IF NOT EXISTS taken (seq INTEGER NOT NULL) STRICT;`;

/** The rows behind the last values and the hours, each message one transaction with how far the journal is taken. */
export class ValueTables {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #take: (upTo: Seq, words: readonly Word[]) => void;
  readonly #archived: (hours: readonly HourOfValue[]) => void;

  constructor(database: Database) {
    database.exec(VALUE_TABLES);
    this.#statements = prepare(database);
    this.#take = database.transaction((upTo: Seq, words: readonly Word[]) => this.#takeAll(upTo, words));
    this.#archived = database.transaction((hours: readonly HourOfValue[]) => {
      for (const { hour, device, name, n } of hours) this.#statements.setArchived.run(n, hour, device, name);
    });
  }

  carryOut(message: Exclude<ToValuesWriter, { kind: 'close' }>): FromValuesWriter {
    switch (message.kind) {
      case 'take':
        this.#take(message.upTo, message.words);
        return NOTHING;
      case 'due':
        return { hours: this.#statements.due.all(message.before), count: 0 };
      case 'archived':
        this.#archived(message.hours);
        return NOTHING;
      case 'forget':
        return { hours: [], count: this.#statements.forget.run(message.before).changes };
      default:
        return message satisfies never;
    }
  }

  /** A batch that comes again after a crash is known by its number: an hour's sum must not count it twice. */
  #takeAll(upTo: Seq, words: readonly Word[]): void {
    if (upTo <= (this.#statements.taken.get() ?? 0)) return;
    for (const word of words) {
      if ('isGone' in word) this.#statements.drop.run(word.device);
      else for (const [name, value] of Object.entries(word.values)) this.#measured(word, name, value);
    }
    this.#statements.forgetTaken.run();
    this.#statements.setTaken.run(upTo);
  }

  #measured({ device, at, isLate }: Exclude<Word, { isGone: true }>, name: string, value: number): void {
    const { setLatest, count, addLatest, addToHour } = this.#statements;
    // Nothing set: the name is new, or what is held is later, which the insert then leaves as it is.
    const isSet = setLatest.run({ device, name, value, at }).changes > 0;
    if (!isSet && (count.get(device) ?? 0) < NAMES_MAX) addLatest.run({ device, name, value, at });
    // Its hour was archived whole: begun anew it would be archived again, with the late value alone in it.
    if (!isLate) addToHour.run({ device, name, value, hour: Math.floor(at / HOUR_MS) * HOUR_MS });
  }
}

const prepare = (database: Database) => ({
  setLatest: database.prepare(
    'UPDATE latest SET value = @value, at = @at WHERE device = @device AND name = @name AND at <= @at',
  ),
  count: database.prepare<[string], number>('SELECT count(*) FROM latest WHERE device = ?').pluck(),
  addLatest: database.prepare('INSERT OR IGNORE INTO latest VALUES (@device, @name, @value, @at)'),
  drop: database.prepare('DELETE FROM latest WHERE device = ?'),
  addToHour: database.prepare(`INSERT INTO hour VALUES (@hour, @device, @name, 1, @value, @value, @value, 0)
    ON CONFLICT DO UPDATE SET n = n + 1, least = min(least, excluded.least), most = max(most, excluded.most),
      sum = sum + excluded.sum`),
  due: database.prepare<[number], HourOfValue>(
    `SELECT hour, device, name, n, least, most, sum FROM hour WHERE hour < ? AND archived <> n ORDER BY hour LIMIT ${SLICE}`,
  ),
  setArchived: database.prepare('UPDATE hour SET archived = ? WHERE hour = ? AND device = ? AND name = ?'),
  forget: database.prepare<[number]>(
    `DELETE FROM hour WHERE (hour, device, name) IN
       (SELECT hour, device, name FROM hour WHERE hour < ? AND archived = n ORDER BY hour LIMIT ${SLICE})`,
  ),
  taken: database.prepare<[], number>('SELECT seq FROM taken').pluck(),
  forgetTaken: database.prepare('DELETE FROM taken'),
  setTaken: database.prepare('INSERT INTO taken VALUES (?)'),
});
