import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'csv-parse/sync';
import { z } from 'zod';

/** One wrong field of a shipped file. `line` counts from 1, the header included. */
export type TableFault = Readonly<{ file: string; line: number; field: string; value: string; expected: string }>;

/** The shipped data cannot be used: a mistake of ours, or a broken installation. Names every fault at once. */
export class CatalogueBroken extends Error {
  readonly faults: readonly TableFault[];
  constructor(faults: readonly TableFault[]) {
    super(faults.map(tableFaultText).join('\n'));
    this.name = 'CatalogueBroken';
    this.faults = faults;
  }
}

export const tableFaultText = ({ file, line, field, value, expected }: TableFault): string =>
  `${file}:${line} ${field} is '${value}', expected ${expected}`;

/** A row and where it stands. */
export type Row<T> = Readonly<{ line: number; row: T }>;

const Parsed = z.array(z.object({ record: z.record(z.string(), z.string()), info: z.object({ lines: z.int() }) }));

/**
 * The rows of a CSV file (RFC 4180, UTF-8, with a header), each checked by `schema`; every error text of `schema` says
 * what was expected. Throws CatalogueBroken.
 */
export function readTable<Schema extends z.ZodType>(file: string, schema: Schema): readonly Row<z.output<Schema>>[] {
  const records = Parsed.parse(parse(readFileSync(file, 'utf8'), { columns: true, info: true, bom: true }));
  const faults: TableFault[] = [];
  const rows = records.flatMap(({ record, info }) => {
    const checked = schema.safeParse(record);
    if (checked.success) return [{ line: info.lines, row: checked.data }];
    for (const { path, message } of checked.error.issues) {
      const field = path.join('.');
      faults.push({ file: basename(file), line: info.lines, field, value: record[field] ?? '', expected: message });
    }
    return [];
  });
  if (faults.length > 0) throw new CatalogueBroken(faults);
  return rows;
}
