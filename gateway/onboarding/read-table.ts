import { Worker } from 'node:worker_threads';
import { badValue } from '../domain/bad-value.ts';
import { failed } from '../domain/result.ts';
import type { FileKind, ReadTable } from './table.ts';

const HEAP_MAX_MIB = 512;
const READ_WITHIN_MS = 60_000;

/**
 * The table in a file, read by a thread of its own that may neither grow nor take its time: a hostile file ends the
 * thread and nothing else.
 */
export async function readTable(bytes: Uint8Array, kind: FileKind): Promise<ReadTable> {
  const thread = new Worker(new URL('./table-thread.ts', import.meta.url), {
    workerData: { bytes, kind },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MAX_MIB },
  });
  const { promise, resolve } = Promise.withResolvers<ReadTable>();
  const unreadable = (expected: string): void => resolve(failed(badValue('wrong-type', '(body)', '', expected)));
  const late = setTimeout(() => unreadable(`a file that can be read in ${READ_WITHIN_MS / 1000} s`), READ_WITHIN_MS);
  thread.once('message', (table: ReadTable) => resolve(table)); // what table-thread.ts sends
  thread.once('error', () => unreadable('a table as CSV (RFC 4180) or as a workbook (.xlsx)'));
  try {
    return await promise;
  } finally {
    clearTimeout(late);
    await thread.terminate();
  }
}
