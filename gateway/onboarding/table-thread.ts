import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { readCsv } from './csv.ts';
import { readXlsx } from './xlsx.ts';

/* The program of the thread that reads one file: what it does to the file stays out of the way of the alarms. */

const { bytes, kind } = z.object({ bytes: z.instanceof(Uint8Array), kind: z.enum(['csv', 'xlsx']) }).parse(workerData);
const read =
  kind === 'csv' ? readCsv(bytes) : await readXlsx(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
parentPort?.postMessage(read);
