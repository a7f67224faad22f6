import type { Database } from 'better-sqlite3';
import { chainHash } from './chain.ts';
import type { AlarmRow, Answer, Batch, StoredEntry } from './sqlite-wire.ts';

/** The end of the log: the next entry gets the number after `seq`, and its hash follows from `hash`. */
type Head = Readonly<{ seq: number; hash: Buffer }>;
export type Committed = Readonly<{ answers: readonly Answer[]; head: number }>;

/** The transaction that stores a batch, with the head of the log that it goes on from. */
export class BatchCommit {
  readonly #statements: ReturnType<typeof prepare>;
  readonly #transaction: (batch: Batch) => Readonly<{ answers: readonly Answer[]; head: Head }>;
  #head: Head;

  constructor(database: Database) {
    this.#statements = prepare(database);
    this.#head = headOf(database);
    this.#transaction = database.transaction((batch: Batch) => this.#store(batch)).immediate;
  }

  get head(): number {
    return this.#head.seq;
  }

  /** Synced when it returns; when it throws, nothing of the batch is in the file. */
  carryOut(batch: Batch): Committed {
    const { answers, head } = this.#transaction(batch);
    this.#head = head;
    return { answers, head: head.seq };
  }

  #store({ writes, cursors }: Batch): Readonly<{ answers: readonly Answer[]; head: Head }> {
    let head = this.#head;
    // A storm repeats the same alarm of the same device many times in a batch: their rows are written once, at its end.
    const versions = new Map<string, number>();
    const alarms = new Map<string, AlarmRow>();
    const answers = writes.map((write): Answer => {
      const found = versions.get(write.subject) ?? this.#statements.version.get(write.subject)?.version ?? 0;
      if (write.expectedVersion !== undefined && write.expectedVersion !== found) return { conflict: found };
      for (const entry of write.entries) {
        head = this.#insert(head, write.at, entry);
        if (entry.row !== undefined) alarms.set(entry.row.id, entry.row);
      }
      versions.set(write.subject, found + write.entries.length);
      return { last: head.seq };
    });
    for (const [subject, version] of versions) this.#statements.setVersion.run(subject, version);
    for (const row of alarms.values()) this.#statements.putAlarm.run(row);
    for (const { follower, seq } of cursors) this.#statements.setCursor.run(follower, seq);
    return { answers, head };
  }

  #insert(after: Head, at: number, { kind, body, row, fact }: StoredEntry): Head {
    const { insert, putFact, dropFact } = this.#statements;
    const seq = after.seq + 1;
    const snapshot = row?.body ?? null;
    const hash = chainHash(after.hash, { seq, at, kind, body, snapshot });
    insert.run(seq, at, kind, row?.id ?? null, body, snapshot, hash);
    if (fact?.value !== undefined) putFact.run(fact.key, fact.value);
    else if (fact !== undefined) dropFact.run(fact.key);
    return { seq, hash };
  }
}

/** The last entry, or, in a log that is empty, what stands before its first. */
function headOf(database: Database): Head {
  const last = database.prepare<[], Head>('SELECT seq, hash FROM entries ORDER BY seq DESC LIMIT 1').get();
  const head = last ?? database.prepare<[], Head>('SELECT seq, hash FROM anchor').get();
  if (head === undefined) throw new Error('the journal has lost its anchor: restore a backup');
  return head;
}

const prepare = (database: Database) => ({
  version: database.prepare<[string], { version: number }>('SELECT version FROM subjects WHERE subject = ?'),
  setVersion: database.prepare(
    'INSERT INTO subjects VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
  ),
  insert: database.prepare(
    'INSERT INTO entries (seq, at, kind, alarm, body, snapshot, hash) VALUES (?, ?, ?, ?, ?, ?, ?)',
  ),
  putFact: database.prepare('INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value'),
  dropFact: database.prepare('DELETE FROM facts WHERE key = ?'),
  setCursor: database.prepare('INSERT INTO cursors VALUES (?, ?) ON CONFLICT DO UPDATE SET seq = excluded.seq'),
  putAlarm: database.prepare(
    `INSERT INTO alarms (id, device, type, region, line, compound, state, condition, severity, occurred_at,
       escalates_at, body)
     VALUES (@id, @device, @type, @region, @line, @compound, @state, @condition, @severity, @occurredAt,
       @escalatesAt, @body)
     ON CONFLICT DO UPDATE SET region = excluded.region, state = excluded.state, condition = excluded.condition,
       severity = excluded.severity, escalates_at = excluded.escalates_at, body = excluded.body`,
  ),
});
