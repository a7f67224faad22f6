import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Alarm } from '../http/contract/alarms.ts';
import { toAlarm } from '../http/wire.ts';
import type { AlarmQuery } from '../journal/journal.ts';
import { sqliteQueries } from '../journal/sqlite-queries.ts';
import { CSV_HEADER, toCsvLine } from './csv.ts';

/** Alarms read at once. Between two pages nothing is held, so that the gateway's journal can go on checkpointing. */
const PAGE = 1_000;

export type Format = 'jsonl' | 'csv';
export type ExportOrder = Readonly<{
  dataDir: string;
  format: Format;
  out: string;
  region: string | undefined;
  /** Milliseconds since 1970 of `occurredAt`; `to` is the first that is left out. */
  from: number | undefined;
  to: number | undefined;
}>;

/**
 * Writes the alarms of the journal's file, newest first, while the gateway runs: reading only, page by page. The file
 * appears whole or not at all, for its owner alone. Answers how many; throws what the file system throws.
 */
export async function exportAlarms(order: ExportOrder, progress: (written: number) => void): Promise<number> {
  const journal = join(order.dataDir, 'journal.sqlite');
  if (!existsSync(journal)) throw new Error(`there is no journal at ${journal}`);
  const database = new Sqlite(journal, { readonly: true });
  const unfinished = `${order.out}.part`;
  const file = await open(unfinished, 'w', 0o600);
  try {
    let written = 0;
    if (order.format === 'csv') await file.appendFile(`\ufeff${CSV_HEADER}`); // without the mark Excel reads no UTF-8
    for (const page of pagesOf(database, order)) {
      await file.appendFile(page.map(order.format === 'csv' ? toCsvLine : toJsonLine).join(''));
      written += page.length;
      progress(written);
    }
    await file.sync();
    await rename(unfinished, order.out);
    return written;
  } finally {
    await file.close();
    database.close();
    await rm(unfinished, { force: true });
  }
}

const toJsonLine = (alarm: Alarm): string => `${JSON.stringify(alarm)}\n`;

function* pagesOf(database: Sqlite.Database, { region, from, to }: ExportOrder): Iterable<readonly Alarm[]> {
  const queries = sqliteQueries(database, () => 0);
  const where = {
    regions: region === undefined ? [] : [[region]],
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  for (let after: AlarmQuery['after']; ; ) {
    const { items } = queries.alarms({ where, after, limit: PAGE });
    const last = items.at(-1);
    if (last === undefined) return;
    yield items.map(toAlarm);
    after = { occurredAt: last.occurredAt, id: last.id };
  }
}
