import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { FromWriter } from '../writer-thread.ts';
import type { FromArchiveWriter, ToArchiveWriter } from './embedded-wire.ts';
import { fieldText, tagText } from './line-protocol.ts';
import type { FieldValue, Point } from './point.ts';

/*
 * The thread that writes the embedded archive, so that what is kept for later never delays what happens now. It
 * answers each message in turn; the tables were made by who started it.
 */
const { file } = z.object({ file: z.string() }).parse(workerData);
const port = parentPort;
if (port === null) throw new Error('the archive writer runs as a worker thread');

const database = new Database(file);
database.pragma('synchronous = NORMAL');
const insert = database.prepare(`INSERT INTO point (measurement, tags, at_ns, alarm, fields) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT DO UPDATE SET alarm = excluded.alarm, fields = excluded.fields`);
const storeCursor = database.prepare('INSERT OR REPLACE INTO cursor (follower, seq) VALUES (?, ?)');
const write = database.transaction((points: readonly Point[]) => {
  for (const { measurement, tags, atNs, fields } of points) {
    insert.run(measurement, tagsAsJson(tags), atNs, fields['alarm'] ?? null, JSON.stringify(plain(fields)));
  }
});

/** Points that go in one transaction: some milliseconds, for which the next write waits. */
const TRIM_SLICE = 1_000;
const trim = database.prepare(`DELETE FROM point WHERE (measurement, tags, at_ns) IN
  (SELECT measurement, tags, at_ns FROM point WHERE measurement = ? AND at_ns < ? ORDER BY at_ns LIMIT ${TRIM_SLICE})`);
const NS_PER_MS = 1_000_000n;

function carryOut(message: Exclude<ToArchiveWriter, { kind: 'close' }>): FromArchiveWriter {
  switch (message.kind) {
    case 'write':
      write(message.points);
      return 0;
    case 'store':
      storeCursor.run(message.follower, message.cursor);
      return 0;
    case 'trim':
      return trim.run(message.measurement, BigInt(Math.trunc(message.before)) * NS_PER_MS).changes;
    default:
      return message satisfies never;
  }
}

function answerTo(message: Exclude<ToArchiveWriter, { kind: 'close' }>): FromWriter<FromArchiveWriter> {
  try {
    return { error: undefined, answer: carryOut(message) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (message: ToArchiveWriter) => {
  if (message.kind !== 'close') return port.postMessage(answerTo(message));
  database.close();
  port.close();
});

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
