import { accessSync, constants, existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import Sqlite from 'better-sqlite3';
import { z } from 'zod';
import { giveUpReserve, takeReserve } from './reserve.ts';
import { BatchCommit } from './sqlite-commit.ts';
import { packAnswers, unpack } from './sqlite-packing.ts';
import { prepareForWriting } from './sqlite-tables.ts';
import { trimmer } from './sqlite-trim.ts';
import type { FromWriter, ToWriter } from './sqlite-wire.ts';
import { type StorageFault, storageFaultOf } from './storage-fault.ts';

/*
 * The thread that owns the writing connection. It carries out one batch a transaction, synced before it answers;
 * a disk that is slow or full is its trouble alone, never the event loop's.
 */
const { file } = z.object({ file: z.string() }).parse(workerData);
const port = parentPort;
if (port === null) throw new Error('the journal writer runs as a worker thread');

// SQLite would open a file that it may not write for reading only, and stay so when the disk is put right.
if (existsSync(file)) accessSync(file, constants.W_OK);
const database = new Sqlite(file);
prepareForWriting(database);
const batches = new BatchCommit(database);
const trim = trimmer(database);

/** The last epoch in which a batch was refused, and how: what else of it comes was sent before that was known. */
let refused: { epoch: number; answer: FromWriter } | undefined;

function answerTo(message: Exclude<ToWriter, { kind: 'close' }>): FromWriter {
  if (message.kind === 'trim') return guarded(() => ({ kind: 'trimmed', ...trim(message.trim) }));
  if (message.epoch === refused?.epoch) return refused.answer;
  const answer = guarded(() => carryOut(message));
  if (answer.kind === 'refused') refused = { epoch: message.epoch, answer };
  return answer;
}

function carryOut(message: Extract<ToWriter, { epoch: number }>): FromWriter {
  if (message.kind === 'give-up-reserve') giveUpReserve(file);
  if (message.kind === 'recover') takeReserve(file);
  const { answers, head } = batches.carryOut(unpack(message.batch));
  return { kind: 'committed', answers: packAnswers(answers), head };
}

function guarded(act: () => FromWriter): FromWriter {
  try {
    return act();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { kind: 'refused', reason, fault: storageFaultOf(error, file) };
  }
}

/** A disk that is full at the start already is a state like any other: the log can be read and waits for room. */
function faultAtStart(): StorageFault | undefined {
  try {
    takeReserve(file);
    return undefined;
  } catch (error) {
    const fault = storageFaultOf(error, file);
    if (fault === undefined) throw error;
    return fault;
  }
}

port.on('message', (message: ToWriter) => {
  if (message.kind === 'close') close();
  else port?.postMessage(answerTo(message));
});

function close(): void {
  try {
    database.pragma('wal_checkpoint(TRUNCATE)');
  } catch {
    // A full disk: what is committed stays in the write-ahead log, from which the next start reads it.
  }
  database.close();
  port?.close();
}

port.postMessage({
  kind: 'ready',
  head: batches.head,
  synchronous: Number(database.pragma('synchronous', { simple: true })),
  fault: faultAtStart(),
} satisfies FromWriter);
