import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { failed, ok, type Result } from '../../domain/result.ts';
import type { Cursors } from '../../journal/journal.ts';
import { type Archive, ArchiveUnavailable, FIND_MAX_POINTS, FIND_WITHIN_MS } from './archive.ts';
import { toArchivedPoint } from './archived-point.ts';
import type { FromArchiveWriter, ToArchiveWriter } from './embedded-wire.ts';
import { type ArchivedPoint, MEASUREMENTS, type Point } from './point.ts';

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
  readonly #writer: Worker;
  /** Messages on their way, in order: the follower has one in flight, and a cursor behind it. */
  readonly #waiting: ((answer: FromArchiveWriter) => void)[] = [];
  #lost: string | undefined;
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
    this.#writer = new Worker(new URL('./embedded-writer.ts', import.meta.url), { workerData: { file } });
    this.#writer.on('message', (answer: FromArchiveWriter) => this.#waiting.shift()?.(answer));
    this.#writer.on('error', (error) => this.#lose(String(error)));
    this.cursors = this.#prepareCursors();
  }

  write = (points: readonly Point[]): Promise<void> => this.#tell({ kind: 'write', points });

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
    if (this.#lost === undefined) {
      const ended = once(this.#writer, 'exit');
      this.#writer.postMessage({ kind: 'close' } satisfies ToArchiveWriter);
      await ended;
    }
    this.#db.close();
  }

  async #tell(message: ToArchiveWriter): Promise<void> {
    const answer = await new Promise<FromArchiveWriter>((resolve) => {
      if (this.#lost !== undefined) return resolve({ error: this.#lost });
      this.#waiting.push(resolve);
      this.#writer.postMessage(message);
    });
    if (answer.error !== undefined)
      throw new ArchiveUnavailable(`the embedded archive cannot be written: ${answer.error}`);
  }

  #lose(error: string): void {
    this.#lost = error;
    for (const answer of this.#waiting.splice(0)) answer({ error });
  }

  #prepareCursors(): Cursors {
    const read = this.#db.prepare('SELECT seq FROM cursor WHERE follower = ?').pluck();
    return {
      read: (follower) => z.int().default(0).parse(read.get(follower)),
      store: (follower, cursor) => this.#tell({ kind: 'store', follower, cursor }),
    };
  }
}
