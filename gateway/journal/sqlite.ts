import { EventEmitter, once } from 'node:events';
import { setTimeout as rest } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { CommitQueue, WAITING_MAX } from './commit-queue.ts';
import {
  type Batch,
  CursorExpired,
  type Cursors,
  type FigureQueries,
  type Journal,
  type JournalQueries,
  type Recorded,
  type Seq,
  type Write,
} from './journal.ts';
import { Patience } from './resting.ts';
import type { Answer, Group } from './sqlite-batch.ts';
import { sqliteQueries } from './sqlite-queries.ts';
import { ENTRY_COLUMNS, type EntryRow, entryReader } from './sqlite-rows.ts';
import type { StorageFault } from './storage-fault.ts';
import { Tail } from './tail.ts';

/** Entries that a follower gets at once. */
const READ_MAX = 1000;
/** Every follower waits for the same word; more than this at once would be a leak. */
const FOLLOWERS_MAX = 100;

/** More than the identities of signals that are remembered (`gateway/alarms/seen.ts`). */
export const KEEP_AT_LEAST = 100_000;

export type SqliteJournal = Journal &
  Readonly<{
    queries: JournalQueries & FigureQueries;
    cursors: Cursors;
    synchronous: number;
    /** Why nothing can be stored now, such as a full disk; undefined while all is well. It recovers by itself. */
    fault(): string | undefined;
    /** Writes that wait for the disk, and how many may. */
    queue(): Readonly<{ waiting: number; max: number }>;
    /** The number of the oldest entry that is kept. */
    oldest(): Seq;
    /**
     * Takes out the oldest entries, as far as they are stamped before `before` and every follower that has asked for
     * its cursor since the start is past them; answers how many. Appends go on meanwhile. Throws JournalUnavailable.
     */
    forget(before: number): Promise<number>;
  }>;

export type JournalOptions = Readonly<{
  /** Told when the disk takes nothing any more, and, with undefined, when it does again. */
  onStorage?: (fault: StorageFault | undefined) => void;
  /** The writer is gone for good: nothing can be stored until the process is started again. */
  onLost?: (error: unknown) => void;
  /** Entries that stay however old they are: by them the gateway knows recent signals again after a start. */
  keepAtLeast?: number;
  /** A batch is durable: its entries, and how long the first of its writes waited for that, ms. */
  onCommitted?: (entries: number, waitedMs: number) => void;
}>;

/**
 * The embedded journal: one SQLite file, written by a thread of its own, read by a connection of its own.
 * `file` is made where it is missing; `now` gives the time that entries are stamped with.
 */
export async function openSqliteJournal(
  file: string,
  now: () => number,
  {
    onStorage = () => undefined,
    onLost = () => undefined,
    keepAtLeast = KEEP_AT_LEAST,
    onCommitted = () => undefined,
  }: JournalOptions = {},
): Promise<SqliteJournal> {
  const tail = new Tail();
  const committed = new EventEmitter().setMaxListeners(FOLLOWERS_MAX);
  let head = 0;
  const { queue, ...opened } = await CommitQueue.open(file, {
    onCommit: (groups, answers, last) => {
      tail.push(recordedOf(groups, answers));
      const [oldest] = groups;
      if (oldest !== undefined) onCommitted(last - head, now() - oldest.at);
      head = last;
      committed.emit('batch');
    },
    storageWrite: (fault) => ({ writes: [storageWrite(fault)], at: now() }),
    onStorage,
    onLost,
  });
  head = opened.head;
  const reader = new Sqlite(file, { readonly: true });
  const statements = prepareReading(reader);
  const toRecorded = entryReader(reader);
  let oldest = (statements.anchor.get()?.seq ?? 0) + 1;
  const followers = new Set<string>();
  const cursorOf = (follower: string): Seq => statements.cursor.get(follower)?.seq ?? 0;

  async function forget(before: number): Promise<number> {
    const first = oldest;
    const upTo = Math.min(head - keepAtLeast, ...[...followers].map(cursorOf));
    for (let isOver = upTo < oldest; !isOver; ) ({ oldest, isOver } = await queue.trim({ before, upTo }));
    return oldest - first;
  }

  const read = (cursor: Seq, limit: number): readonly Recorded[] => {
    if (cursor >= head) return [];
    if (cursor + 1 < oldest) throw new CursorExpired(cursor, oldest);
    return tail.after(cursor, limit) ?? readFile(cursor, limit);
  };

  const readFile = (cursor: Seq, limit: number): readonly Recorded[] => {
    const rows = statements.after.all(cursor, limit);
    const recorded = toRecorded(rows);
    const first = recorded[0]?.seq;
    // Entries may be gone from the file a moment before this thread hears of it.
    if (rows.length > 0 && first !== cursor + 1)
      throw new CursorExpired(cursor, first ?? (rows.at(-1)?.seq ?? cursor) + 1);
    return recorded;
  };

  async function* follow(cursor: Seq, stop: AbortSignal, isPatient = false): AsyncGenerator<Batch> {
    let at = cursor;
    const patience = new Patience({ now: now(), head });
    while (!stop.aborted) {
      const startedAt = now();
      const entries = read(at, READ_MAX);
      const last = entries.at(-1)?.seq;
      if (last === undefined) await nextCommit(committed, stop);
      else {
        at = last;
        yield { entries, last };
        const restMs = patience.restAfter(now() - startedAt, { now: now(), head, at });
        if (isPatient) await restFor(restMs, stop);
      }
    }
  }

  return {
    append: (writes) => queue.append({ writes, at: now() }),
    follow,
    read,
    head: () => head,
    versionOf: (subject) => statements.version.get(subject)?.version ?? 0,
    queries: sqliteQueries(reader, () => head),
    cursors: {
      read: (follower) => {
        followers.add(follower);
        return cursorOf(follower);
      },
      store: (follower, seq) => queue.storeCursor(follower, seq),
    },
    synchronous: opened.synchronous,
    fault: () => queue.fault(),
    queue: () => ({ waiting: queue.waiting, max: WAITING_MAX }),
    oldest: () => oldest,
    forget,
    close: async () => {
      await queue.close();
      reader.close();
    },
  };
}

/** The line in the audit trail by which the log tells of its own disk. */
const storageWrite = (fault: StorageFault | undefined): Write => ({
  subject: 'journal',
  expectedVersion: undefined,
  entries: [
    {
      entry: {
        kind: 'audited',
        by: { name: 'gateway', centre: undefined },
        act: fault === undefined ? 'journal.recovered' : `journal.${fault.kind}`,
        object: 'journal',
        result: fault === undefined ? 'done' : 'refused',
        from: undefined,
      },
      alarm: undefined,
    },
  ],
});

const prepareReading = (reader: Sqlite.Database) => ({
  after: reader.prepare<[number, number], EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM entries WHERE seq > ? ORDER BY seq LIMIT ?`,
  ),
  version: reader.prepare<[string], { version: number }>('SELECT version FROM subjects WHERE subject = ?'),
  anchor: reader.prepare<[], { seq: number }>('SELECT seq FROM anchor'),
  cursor: reader.prepare<[string], { seq: number }>('SELECT seq FROM cursors WHERE follower = ?'),
});

/** The entries of a batch with the numbers that they got; none of a write that was refused. */
function recordedOf(groups: readonly Group[], answers: readonly Answer[]): readonly Recorded[] {
  const recorded: Recorded[] = [];
  let index = 0;
  for (const { writes, at } of groups) {
    for (const { entries } of writes) {
      const answer = answers[index++];
      if (answer === undefined || !('last' in answer)) continue;
      let seq = answer.last - entries.length;
      for (const { entry, alarm } of entries) recorded.push({ seq: ++seq, at, entry, alarm });
    }
  }
  return recorded;
}

async function restFor(ms: number, stop: AbortSignal): Promise<void> {
  if (ms > 0) await unlessStopped(rest(ms, undefined, { signal: stop }), stop);
}

const nextCommit = (committed: EventEmitter, stop: AbortSignal): Promise<void> =>
  unlessStopped(once(committed, 'batch', { signal: stop }), stop);

async function unlessStopped(event: Promise<unknown>, stop: AbortSignal): Promise<void> {
  try {
    await event;
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
