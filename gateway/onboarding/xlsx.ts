import { InvalidInputError, InvalidSpreadsheetError, readSheet, SheetNotFoundError } from 'read-excel-file/node';
import { z } from 'zod';
import { badValue } from '../domain/bad-value.ts';
import { failed, ok } from '../domain/result.ts';
import { unmarked } from './csv.ts';
import { type ReadTable, ROWS_MAX } from './table.ts';
import { unpackedSize } from './unpacked-size.ts';

/** What a file may unpack to: 50,000 full rows are some 60 MiB of XML. */
const UNPACKED_MAX_BYTES = 160 * 1024 * 1024;
const TOO_LARGE = badValue('too-large', '(body)', '', `at most ${ROWS_MAX} rows, and 160 MiB when unpacked`);
const NO_WORKBOOK = badValue('wrong-type', '(body)', '', 'a workbook (.xlsx) whose first sheet holds the table');
const Rows = z.array(z.array(z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()])));
type Rows = z.infer<typeof Rows>;

/** The table on the first sheet of a workbook (ECMA-376). Formulas give what the spreadsheet last computed. */
export async function readXlsx(file: Buffer): Promise<ReadTable> {
  const bytes = unpackedSize(file, UNPACKED_MAX_BYTES);
  if (bytes === undefined) return failed(NO_WORKBOOK);
  if (bytes > UNPACKED_MAX_BYTES) return failed(TOO_LARGE);
  const rows = await rowsOf(file);
  if (rows === undefined) return failed(NO_WORKBOOK);
  const [head, ...more] = rows.map((cells, at) => ({ line: at + 1, cells: cells.map(textOf) }));
  const filled = more.filter(({ cells }) => cells.some((cell) => cell !== ''));
  if (head === undefined) return failed(badValue('missing-field', '(body)', '', 'a header and at least one row'));
  return filled.length > ROWS_MAX ? failed(TOO_LARGE) : ok({ header: head.cells, rows: filled });
}

async function rowsOf(file: Buffer): Promise<Rows | undefined> {
  try {
    return Rows.parse(await readSheet(file, 1));
  } catch (error) {
    if (error instanceof z.ZodError) throw error;
    const isTheFiles = [InvalidInputError, InvalidSpreadsheetError, SheetNotFoundError].some(
      (one) => error instanceof one,
    );
    if (isTheFiles) return undefined;
    throw error;
  }
}

const textOf = (cell: Rows[number][number]): string => {
  if (cell === null) return '';
  return cell instanceof Date ? cell.toISOString() : unmarked(String(cell));
};
