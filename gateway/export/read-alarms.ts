import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import { failed, type Result } from '../domain/result.ts';
import { check } from '../domain/zod-fault.ts';
import { Alarm } from '../http/contract/alarms.ts';
import { CSV_COLUMNS, fromCsvCells } from './csv.ts';
import type { Format } from './export.ts';

/** An alarm is some 2 KiB; a file without line ends must not fill the memory. */
const LINE_MAX_CHARS = 1_048_576;

/** A line of a file of alarms: the alarm, or what is wrong with it. `line` counts from 1, a CSV's header included. */
export type ReadLine = Readonly<{ line: number; read: Result<Alarm, BadValue> }>;

const Record = z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.int() }) });
/** No more is there than the contract says: a key of another name is a mistake, or another kind of file. */
const Strict = z.strictObject(Alarm.shape);

/** Reads a file line by line, whatever its size; each is checked as the API would. Throws what the file system throws. */
export const readAlarms = (file: string, format: Format): AsyncIterable<ReadLine> =>
  format === 'csv' ? readCsv(file) : readJsonLines(file);

async function* readJsonLines(file: string): AsyncIterable<ReadLine> {
  let line = 0;
  for await (const text of linesOf(file)) {
    line++;
    if (text.trim() !== '') yield { line, read: readJson(text) };
  }
}

/** Ends lines at \n alone: node:readline also does at U+2028, which JSON texts may hold as it is. */
async function* linesOf(file: string): AsyncIterable<string> {
  let rest = '';
  for await (const chunk of createReadStream(file, 'utf8')) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_MAX_CHARS) throw new Error(`a line is longer than ${LINE_MAX_CHARS} characters`);
    yield* lines;
  }
  yield rest;
}

function readJson(text: string): Result<Alarm, BadValue> {
  try {
    return checked(JSON.parse(text));
  } catch {
    return failed(badValue('not-json', '(line)', text.slice(0, 80), 'one JSON object on each line'));
  }
}

async function* readCsv(file: string): AsyncIterable<ReadLine> {
  const rows = createReadStream(file).pipe(
    parse({ bom: true, info: true, columns: checkHeader, max_record_size: LINE_MAX_CHARS }),
  );
  for await (const row of rows) {
    const { record, info } = Record.parse(row);
    yield { line: info.lines, read: checked(fromCsvCells(record)) };
  }
}

function checkHeader(header: string[]): string[] {
  const missing = CSV_COLUMNS.filter((name) => !header.includes(name));
  if (missing.length > 0) throw new Error(`the first line lacks the columns ${missing.join(', ')}`);
  return header;
}

function checked(value: unknown): Result<Alarm, BadValue> {
  const parsed = check(Strict, value);
  return parsed.ok ? parsed : failed(parsed.error[0]);
}
