import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Finishing } from './finishing.ts';

/** Asks a journal's file for the number of its last durable entry: that costs the gateway nothing. */
export function journalHeadOf(dataDir: string, finishing: Finishing): () => number {
  const file = new Sqlite(join(dataDir, 'journal.sqlite'), { readonly: true, fileMustExist: true });
  finishing.add(() => void file.close());
  const head = file.prepare<[], number>('SELECT coalesce(max(seq), 0) FROM entries').pluck();
  return () => head.get() ?? 0;
}
