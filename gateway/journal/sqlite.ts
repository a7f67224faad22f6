import { EventEmitter, once } from 'node:events';
import Sqlite from 'better-sqlite3';
import { CommitQueue } from './commit-queue.ts';
import {
  type Batch,
  CursorExpired,
  type Cursors,
  type Journal,
  type JournalQueries,
  type Recorded,
  type Seq,
  type Write,
} from './journal.ts';
import { sqliteQueries } from './sqlite-queries.ts';
import { type EntryRow, toRecorded } from './sqlite-rows.ts';
import { type Answer, toStored } from './sqlite-wire.ts';
import { Tail } from './tail.ts';

/** Entries that a follower gets at once. */
const READ_MAX = 1000;
/** Every follower waits for the same word; more than this at once would be a leak. */
const FOLLOWERS_MAX = 100;

export type SqliteJournal = Journal & Readonly<{ queries: JournalQueries; cursors: Cursors; synchronous: number }>;

/**
 * The embedded journal: one SQLite file, written by a thread of its own, read by a connection of its own.
 * `file` is made where it is missing; `now` gives the time that entries are stamped with.
 */
export async function openSqliteJournal(file: string, now: () => number): Promise<SqliteJournal> {
  const tail = new Tail();
  const committed = new EventEmitter().setMaxListeners(FOLLOWERS_MAX);
  // The queue hands stored text back; the entries themselves wait here, by the object that was sent.
  const sent = new WeakMap<object, Write>();
  let head = 0;
  const { queue, ...opened } = await CommitQueue.open(file, (writes, answers, last) => {
    tail.push(writes.flatMap((write, index) => recordedOf(sent.get(write), write.at, answers[index])));
    head = last;
    committed.emit('batch');
  });
  head = opened.head;
  const reader = new Sqlite(file, { readonly: true });
  const statements = prepareReading(reader);

  const read = (cursor: Seq, limit: number): readonly Recorded[] => {
    if (cursor >= head) return [];
    const fromMemory = tail.after(cursor, limit);
    if (fromMemory !== undefined) return fromMemory;
    const rows = statements.after.all(cursor, limit);
    const first = rows[0]?.seq;
    if (first !== undefined && first > cursor + 1) throw new CursorExpired(cursor, first);
    return rows.map(toRecorded);
  };

  async function append(writes: readonly Write[]) {
    const at = now();
    return Promise.all(
      writes.map((write) => {
        const stored = toStored(write, at);
        sent.set(stored, write);
        return queue.append(stored);
      }),
    );
  }

  async function* follow(cursor: Seq, stop: AbortSignal): AsyncGenerator<Batch> {
    let at = cursor;
    while (!stop.aborted) {
      const entries = read(at, READ_MAX);
      const last = entries.at(-1)?.seq;
      if (last === undefined) await nextCommit(committed, stop);
      else {
        at = last;
        yield { entries, last };
      }
    }
  }

  return {
    append,
    follow,
    read,
    head: () => head,
    versionOf: (subject) => statements.version.get(subject)?.version ?? 0,
    queries: sqliteQueries(reader, () => head),
    cursors: {
      read: (follower) => statements.cursor.get(follower)?.seq ?? 0,
      store: (follower, seq) => queue.storeCursor(follower, seq),
    },
    synchronous: opened.synchronous,
    close: async () => {
      await queue.close();
      reader.close();
    },
  };
}

const prepareReading = (reader: Sqlite.Database) => ({
  after: reader.prepare<[number, number], EntryRow>(
    'SELECT seq, at, body, snapshot FROM entries WHERE seq > ? ORDER BY seq LIMIT ?',
  ),
  version: reader.prepare<[string], { version: number }>('SELECT version FROM subjects WHERE subject = ?'),
  cursor: reader.prepare<[string], { seq: number }>('SELECT seq FROM cursors WHERE follower = ?'),
});

function recordedOf(write: Write | undefined, at: number, answer: Answer | undefined): readonly Recorded[] {
  if (write === undefined || answer === undefined || !('last' in answer)) return [];
  const first = answer.last - write.entries.length + 1;
  return write.entries.map(({ entry, alarm }, index) => ({ seq: first + index, at, entry, alarm }));
}

async function nextCommit(committed: EventEmitter, stop: AbortSignal): Promise<void> {
  try {
    await once(committed, 'batch', { signal: stop });
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
