import Database from 'better-sqlite3';
import { z } from 'zod';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { Cursors } from '../../journal/journal.ts';
import { WriterThread } from '../writer-thread.ts';
import { type Archive, ArchiveUnavailable, FIND_MAX_POINTS, FIND_WITHIN_MS } from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import type { FromArchiveWriter, ToArchiveWriter } from './embedded-wire.ts';
import { type ArchivedPoint, MEASUREMENTS, type Point } from './point.ts';

const NS_PER_MS = 1_000_000n;
const DAY_MS = 86_400_000;

/** Days that are kept: of measurements as they came, and of everything else. */
export type ArchiveKeeping = Readonly<{ rawDays: number; keepDays: number }>;

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
export function openEmbeddedArchive(file: string): EmbeddedArchive {
  return new EmbeddedArchive(file);
}

export class EmbeddedArchive implements Archive {
  readonly #db: Database.Database;
  readonly #writer: WriterThread<ToArchiveWriter, FromArchiveWriter>;
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
    const failure = (text: string): Error => new ArchiveUnavailable(`the embedded archive cannot be written: ${text}`);
    this.#writer = new WriterThread(new URL('./embedded-writer.ts', import.meta.url), file, failure);
    this.cursors = this.#prepareCursors();
  }

  async write(points: readonly Point[]): Promise<void> {
    await this.#writer.ask({ kind: 'write', points });
  }

  /**
   * Takes out what is older than its days, oldest first, a slice at a time with writes in between; answers how many
   * points. Measurements go after `rawDays`, all else, their hours among it, after `keepDays`.
   */
  async forget({ rawDays, keepDays }: ArchiveKeeping, now: number): Promise<number> {
    let taken = 0;
    for (const measurement of MEASUREMENTS) {
      const before = now - (measurement === 'telemetry' ? rawDays : keepDays) * DAY_MS;
      for (let slice = -1; slice !== 0; taken += slice) {
        slice = await this.#writer.ask({ kind: 'trim', measurement, before });
      }
    }
    return taken;
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
    await this.#writer.close({ kind: 'close' });
    this.#db.close();
  }

  #prepareCursors(): Cursors {
    const read = this.#db.prepare('SELECT seq FROM cursor WHERE follower = ?').pluck();
    return {
      read: (follower) => z.int().default(0).parse(read.get(follower)),
      store: async (follower, cursor) => void (await this.#writer.ask({ kind: 'store', follower, cursor })),
    };
  }
}
