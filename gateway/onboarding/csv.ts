import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { badValue } from '../domain/bad-value.ts';
import { failed, ok } from '../domain/result.ts';
import type { ReadTable } from './table.ts';
import { ROWS_MAX } from './table.ts';
import { decodeText } from './text.ts';

/** Between the cells: a comma by RFC 4180, a semicolon or a tabulator where Excel's settings say so. */
const DELIMITERS = [',', ';', '\t'];
const RECORD_MAX_CHARS = 65_536;
const Parsed = z.array(z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) }));

/** The table in a CSV file (RFC 4180). Rows with too few or too many cells are left to who knows the columns. */
export function readCsv(bytes: Uint8Array): ReadTable {
  try {
    const [head, ...rows] = recordsOf(decodeText(bytes));
    if (head === undefined) return failed(badValue('missing-field', '(body)', '', 'a header and at least one row'));
    if (rows.length > ROWS_MAX) return failed(badValue('too-large', '(body)', '', `at most ${ROWS_MAX} rows`));
    return ok({
      header: head.record.map((name) => name.trim()),
      rows: rows.map(({ record, info }) => ({ line: info.lines, cells: record.map(unmarked) })),
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = z.int().safeParse(error['lines']);
    const fault = badValue('wrong-type', '(body)', '', 'CSV (RFC 4180): quotes in pairs, a quote inside doubled');
    return failed(line.success ? { ...fault, line: line.data } : fault);
  }
}

const recordsOf = (text: string): z.infer<typeof Parsed> =>
  Parsed.parse(
    parse(text, {
      bom: true,
      info: true,
      delimiter: delimiterOf(text),
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: RECORD_MAX_CHARS,
      to: ROWS_MAX + 2, // one row more than may be, to see that it is there; and the header
    }),
  );

/** The one that parts the header most. */
function delimiterOf(text: string): string {
  const header = text.slice(0, text.search(/[\r\n]|$/));
  const counts = DELIMITERS.map((one) => ({ one, count: header.split(one).length }));
  return counts.reduce((most, next) => (next.count > most.count ? next : most)).one;
}

/** A cell that a spreadsheet would run carries a `'` in our own exports; without it the text is what was meant. */
export const unmarked = (cell: string): string => {
  const text = cell.trim();
  return /^'[=+\-@]/.test(text) ? text.slice(1) : text;
};
