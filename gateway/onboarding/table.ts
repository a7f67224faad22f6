import type { BadValue } from '../domain/bad-value.ts';
import type { Result } from '../domain/result.ts';

/** Rows of one file: a city's devices several times over. */
export const ROWS_MAX = 50_000;
/** What a file may weigh as it is sent. */
export const FILE_MAX_MIB = 20;
export const FILE_MAX_BYTES = FILE_MAX_MIB * 1024 * 1024;

export type FileKind = 'csv' | 'xlsx';

/** A table as people wrote it. `line` counts from 1, the header included, as a spreadsheet shows it. */
export type Table = Readonly<{
  header: readonly string[];
  rows: readonly Readonly<{ line: number; cells: readonly string[] }>[];
}>;

/** A file that cannot be read at all; `line` where it is known. */
export type FileFault = BadValue & Readonly<{ line?: number }>;
export type ReadTable = Result<Table, FileFault>;
