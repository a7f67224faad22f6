import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { prepareForWriting } from './sqlite-tables.ts';
import type { Answer, Batch, FromWriter, StoredEntry } from './sqlite-wire.ts';

/*
 * The thread that owns the writing connection. It carries out one batch a transaction, synced before it answers;
 * a disk that is slow or full is its trouble alone, never the event loop's.
 */
const { file } = z.object({ file: z.string() }).parse(workerData);
const port = parentPort;
if (port === null) throw new Error('the journal writer runs as a worker thread');

const database = new Sqlite(file);
prepareForWriting(database);
const statements = {
  version: database.prepare<[string], { version: number }>('SELECT version FROM subjects WHERE subject = ?'),
  setVersion: database.prepare(
    'INSERT INTO subjects VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version',
  ),
  insert: database.prepare('INSERT INTO entries (seq, at, kind, alarm, body, snapshot) VALUES (?, ?, ?, ?, ?, ?)'),
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
};
let head = Number(database.prepare('SELECT coalesce(max(seq), 0) FROM entries').pluck().get());

const commit = database.transaction(({ writes, cursors }: Batch): Answer[] => {
  let next = head;
  const answers = writes.map((write): Answer => {
    const found = statements.version.get(write.subject)?.version ?? 0;
    if (write.expectedVersion !== undefined && write.expectedVersion !== found) return { conflict: found };
    for (const entry of write.entries) insert(++next, write.at, entry);
    statements.setVersion.run(write.subject, found + write.entries.length);
    return { last: next };
  });
  for (const { follower, seq } of cursors) statements.setCursor.run(follower, seq);
  return answers;
});

function insert(seq: number, at: number, entry: StoredEntry): void {
  statements.insert.run(seq, at, entry.kind, entry.row?.id ?? null, entry.body, entry.row?.body ?? null);
  if (entry.row !== undefined) statements.putAlarm.run(entry.row);
  if (entry.fact?.value !== undefined) statements.putFact.run(entry.fact.key, entry.fact.value);
  else if (entry.fact !== undefined) statements.dropFact.run(entry.fact.key);
}

function carryOut(batch: Batch): FromWriter {
  try {
    const answers = commit.immediate(batch);
    head = answers.reduce((last, answer) => ('last' in answer ? Math.max(last, answer.last) : last), head);
    return { kind: 'committed', answers, head };
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (message: Batch | { close: true }) => {
  if ('close' in message) {
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    port.close();
    return;
  }
  port.postMessage(carryOut(message));
});
port.postMessage({
  kind: 'ready',
  head,
  synchronous: Number(database.pragma('synchronous', { simple: true })),
} satisfies FromWriter);
