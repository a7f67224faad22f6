import { setImmediate as nextTurn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { Cursors } from '../../journal/journal.ts';
import { type Archive, ArchiveUnavailable, FIND_MAX_POINTS, FIND_WITHIN_MS } from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import { fieldText, tagText } from './line-protocol.ts';
import { type ArchivedPoint, type FieldValue, MEASUREMENTS, type Point } from './point.ts';

/** Points in one transaction: about 3 ms in which the gateway does nothing else. */
const SLICE_POINTS = 200;
const NS_PER_MS = 1_000_000n;

const Row = z.object({
  measurement: z.enum(MEASUREMENTS),
  tags: z.string(),
  at_ns: z.bigint(),
  fields: z.string(),
});
const Values = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/**
 * The archive of a single machine, a SQLite file of its own. It does not wait for the disk (synchronous NORMAL): a
 * power cut may take its last second. Its own cursor lies in the same file and is lost with it, so that second is
 * written again from the journal; and when the file is deleted, all that the journal holds.
 */
export function openEmbeddedArchive(file: string): Archive {
  return new EmbeddedArchive(file);
}

class EmbeddedArchive implements Archive {
  readonly #db: Database.Database;
  readonly #insert: (points: readonly Point[]) => void;
  readonly cursors: Cursors;

  constructor(file: string) {
    this.#db = new Database(file);
    this.#db.pragma('journal_mode = WAL');
    this.#db.pragma('synchronous = NORMAL');
    this.#db.exec(`
      CREATE TABLE IF NOT EXISTS point (
        measurement TEXT NOT NULL, tags TEXT NOT NULL, at_ns INTEGER NOT NULL, alarm TEXT, fields TEXT NOT NULL,
        PRIMARY KEY (measurement, tags, at_ns)
      ) WITHOUT ROWID, STRICT;
      CREATE INDEX IF NOT EXISTS point_by_alarm ON point (alarm, at_ns) WHERE alarm IS NOT NULL;
      CREATE INDEX IF NOT EXISTS point_by_time ON point (measurement, at_ns);
      CREATE TABLE IF NOT EXISTS cursor (follower TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT;`);
    this.#insert = this.#prepareInsert();
    this.cursors = this.#prepareCursors();
  }

  async write(points: readonly Point[]): Promise<void> {
    try {
      for (let from = 0; from < points.length; from += SLICE_POINTS) {
        if (from > 0) await nextTurn();
        this.#insert(points.slice(from, from + SLICE_POINTS));
      }
    } catch (error) {
      throw new ArchiveUnavailable('the embedded archive cannot be written', undefined, { cause: error });
    }
  }

  async find(alarm: string, around: number): Promise<readonly ArchivedPoint[]> {
    const [from, to] = [around - FIND_WITHIN_MS, around + FIND_WITHIN_MS].map(
      (at) => BigInt(Math.trunc(at)) * NS_PER_MS,
    );
    const rows = this.#db
      .prepare('SELECT * FROM point WHERE alarm = ? AND at_ns BETWEEN ? AND ? ORDER BY at_ns LIMIT ?')
      .safeIntegers()
      .all(alarm, from, to, FIND_MAX_POINTS);
    return z
      .array(Row)
      .parse(rows)
      .map(({ measurement, tags, at_ns, fields }) => {
        const values = { ...Values.parse(JSON.parse(tags)), ...Values.parse(JSON.parse(fields)) };
        return toArchivedPoint(measurement, Number(at_ns / NS_PER_MS), values);
      });
  }

  async check(): Promise<Result<void, string>> {
    try {
      this.#db.exec('BEGIN IMMEDIATE; ROLLBACK');
      return ok(undefined);
    } catch (error) {
      return failed(`the archive's file cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  /** A table has no opinion on types: every point fits. */
  refused = (): number => 0;

  async close(): Promise<void> {
    this.#db.close();
  }

  #prepareInsert(): (points: readonly Point[]) => void {
    const insert = this.#db.prepare(`INSERT INTO point (measurement, tags, at_ns, alarm, fields) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET alarm = excluded.alarm, fields = excluded.fields`);
    return this.#db.transaction((points: readonly Point[]) => {
      for (const { measurement, tags, atNs, fields } of points) {
        insert.run(measurement, tagsAsJson(tags), atNs, fields['alarm'] ?? null, JSON.stringify(plain(fields)));
      }
    });
  }

  #prepareCursors(): Cursors {
    const read = this.#db.prepare('SELECT seq FROM cursor WHERE follower = ?').pluck();
    const store = this.#db.prepare('INSERT OR REPLACE INTO cursor (follower, seq) VALUES (?, ?)');
    return {
      read: (follower) => z.int().default(0).parse(read.get(follower)),
      store: async (follower, cursor) => void store.run(follower, cursor),
    };
  }
}

/** The same tags give the same text, since they are part of a point's identity. */
const tagsAsJson = (tags: Readonly<Record<string, string>>): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(tags)
        .filter(([, text]) => text !== '')
        .map(([key, text]) => [key, tagText(text)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  );

const plain = (fields: Readonly<Record<string, FieldValue>>): Readonly<Record<string, string | number | boolean>> =>
  Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (typeof value === 'bigint') return [key, Number(value)];
      return [key, typeof value === 'string' ? fieldText(value) : value];
    }),
  );
