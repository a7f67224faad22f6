import { parentPort, workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { FromWriter } from '../writer-thread.ts';
import { ValueTables } from './value-tables.ts';
import type { FromValuesWriter, ToValuesWriter } from './values-wire.ts';

/* The thread that writes the values' file, so that a city's measurements never delay what happens now. */
const { file } = z.object({ file: z.string() }).parse(workerData);
const port = parentPort;
if (port === null) throw new Error('the values writer runs as a worker thread');

const database = new Database(file);
database.pragma('synchronous = NORMAL');
const tables = new ValueTables(database);

function answerTo(message: Exclude<ToValuesWriter, { kind: 'close' }>): FromWriter<FromValuesWriter> {
  try {
    return { error: undefined, answer: tables.carryOut(message) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

port.on('message', (message: ToValuesWriter) => {
  if (message.kind !== 'close') return port.postMessage(answerTo(message));
  database.close();
  port.close();
});
