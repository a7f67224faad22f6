import type { Database } from 'better-sqlite3';
import { chainHash } from './chain.ts';
import type { Answer, Batch } from './sqlite-batch.ts';
import { patched, toAlarm, toRow } from './sqlite-rows.ts';

/** The end of the log: the next entry gets the number after `seq`, and its hash follows from `hash`. */
type Head = Readonly<{ seq: number; hash: Buffer }>;
export type Committed = Readonly<{ answers: readonly Answer[]; head: number }>;

/** What a batch becomes: each write's answer and each entry's number, 0 for those that are refused. */
type Numbered = Readonly<{
  answers: readonly Answer[];
  numbers: readonly number[];
  stamps: readonly number[];
  versions: ReadonlyMap<string, number>;
}>;

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

  #store(batch: Batch): Readonly<{ answers: readonly Answer[]; head: Head }> {
    const numbered = this.#number(batch);
    const head = this.#insert(batch, numbered);
    const { setVersion, setCursor, putFact, dropFact } = this.#statements;
    for (const [subject, version] of numbered.versions) setVersion.run(subject, version);
    for (const { entry, key, value } of batch.facts) {
      if (numbered.numbers[entry] === 0) continue;
      if (value === undefined) dropFact.run(key);
      else putFact.run(key, value);
    }
    for (const { follower, seq } of batch.cursors) setCursor.run(follower, seq);
    return { answers: numbered.answers, head };
  }

  #number({ subjects, expectedVersions, stamps, entryCounts }: Batch): Numbered {
    let { seq } = this.#head;
    const versions = new Map<string, number>();
    const numbers: number[] = [];
    const stampOf: number[] = [];
    const answers = subjects.map((subject, write): Answer => {
      const found = versions.get(subject) ?? this.#statements.version.get(subject)?.version ?? 0;
      const expected = expectedVersions[write];
      const isStored = expected === undefined || expected === found;
      const count = entryCounts[write] ?? 0;
      for (let left = count; left > 0; left -= 1) {
        numbers.push(isStored ? ++seq : 0);
        stampOf.push(stamps[write] ?? 0);
      }
      if (!isStored) return { conflict: found };
      versions.set(subject, found + count);
      return { last: seq };
    });
    return { answers, numbers, stamps: stampOf, versions };
  }

  /** The entries, and each alarm's row once, as the last of them leaves it: a storm repeats the same alarm many times. */
  #insert(batch: Batch, { numbers, stamps }: Numbered): Head {
    let head = this.#head;
    const early = new Map<string, string>();
    for (const [index, seq] of numbers.entries()) {
      if (seq === 0) continue;
      const [kind = '', body = '', alarm = null] = [batch.kinds[index], batch.bodies[index], batch.alarms[index]];
      const { snapshot, base, isEarly } = snapshotOf(batch, numbers, index);
      if (isEarly && alarm !== null && snapshot !== null) early.set(alarm, snapshot);
      const at = stamps[index] ?? 0;
      const hash = chainHash(head.hash, { seq, at, kind, body, snapshot, base });
      this.#statements.insert.run(seq, at, kind, alarm, body, snapshot, hash, base);
      head = { seq, hash };
    }
    for (const { entry, row } of batch.rows) if (numbers[entry] !== 0) this.#statements.putAlarm.run(row);
    for (const body of early.values()) this.#statements.putAlarm.run(toRow(toAlarm({ body })));
    return head;
  }
}

type Snapshot = Readonly<{ snapshot: string | null; base: number | null; isEarly: boolean }>;

/** What stands beside an entry. Where its base is refused the alarm is written whole, and may be the last of it. */
function snapshotOf({ snapshots, bases }: Batch, numbers: readonly number[], index: number): Snapshot {
  const [snapshot = null, base = -1] = [snapshots[index], bases[index]];
  if (snapshot === null || base === -1) return { snapshot, base: null, isEarly: false };
  const seq = numbers[base] ?? 0;
  if (seq !== 0) return { snapshot, base: seq, isEarly: false };
  const alarm = patched(toAlarm({ body: snapshots[base] ?? '' }), snapshot);
  return { snapshot: JSON.stringify(alarm), base: null, isEarly: true };
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
    'INSERT INTO entries (seq, at, kind, alarm, body, snapshot, hash, base) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
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
