import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Archive, WRITE_MAX_POINTS } from '../followers/archive/archive.ts';
import { importedPoint, type Point } from '../followers/archive/point.ts';
import type { Alarm } from '../http/contract/alarms.ts';
import type { Format } from './export.ts';
import { readAlarms } from './read-alarms.ts';

/** Faults that are told; a file of another kind has one on every line. */
const FAULTS_MAX = 20;
/** Between two requests, so that a gateway which writes the same embedded archive gets its turn at the file. */
const PAUSE_MS = 5;

export type ImportOrder = Readonly<{ file: string; format: Format; skipOpen: boolean }>;
export type Imported = Readonly<{ written: number; skipped: number }>;
export type LineFault = Readonly<{ line: number; fault: BadValue }>;

/**
 * Puts closed alarms of a file into the archive as history, under their own ids. Everything is checked first: with a
 * fault on any line nothing is written. Done twice, each is there once. Journal, desk and live feed never see it, so an
 * import can neither open an alarm nor change one.
 */
export async function importAlarms(
  order: ImportOrder,
  archive: Pick<Archive, 'write'>,
  progress: (written: number) => void,
): Promise<Result<Imported, readonly LineFault[]>> {
  const faults: LineFault[] = [];
  for await (const { line, read } of readAlarms(order.file, order.format)) {
    const fault = read.ok ? openFault(read.value, order) : read.error;
    if (fault !== undefined) faults.push({ line, fault });
    if (faults.length >= FAULTS_MAX) break;
  }
  return faults.length > 0 ? failed(faults) : ok(await write(order, archive, progress));
}

const openFault = ({ state }: Alarm, { skipOpen }: ImportOrder): BadValue | undefined =>
  state === 'closed' || skipOpen
    ? undefined
    : badValue(
        'out-of-range',
        'state',
        state,
        'closed: an open alarm is still somebody’s; --skip-open leaves such out',
      );

async function write(order: ImportOrder, archive: Pick<Archive, 'write'>, progress: (written: number) => void) {
  let [written, skipped]: [number, number] = [0, 0];
  let points: Point[] = [];
  const send = async () => {
    await archive.write(points);
    written += points.length;
    points = [];
    progress(written);
    await sleep(PAUSE_MS);
  };
  for await (const { read } of readAlarms(order.file, order.format)) {
    if (!read.ok) throw new Error('the file changed while it was read');
    if (read.value.state !== 'closed') skipped++;
    else points.push(importedPoint(read.value, digitsOf(read.value.id)));
    if (points.length === WRITE_MAX_POINTS) await send();
  }
  if (points.length > 0) await send();
  return { written, skipped };
}

/** Six digits that belong to an alarm: they tell imported alarms of one millisecond apart, the same ones each time. */
const digitsOf = (id: string): number => createHash('sha256').update(id).digest().readUInt32BE() % 1_000_000;
