import { join } from 'node:path';
import { openSqliteJournal, type SqliteJournal } from '../gateway/journal/sqlite.ts';
import { reading, writeOf } from '../tests/parts/journal-entries.ts';
import { temporaryFolder } from '../tests/parts/temporary-folder.ts';
import type { Bench } from './table.ts';

const OLD_ENTRIES = 200_000;
const AT_ONCE = 5_000;
/** Writes that are appended together, as a gateway's turn of the loop brings them. */
const GROUP = 32;

/** How long an append waits for the disk while a long past is taken out, beside the same appends without that. */
export const retention: Bench = async (finishing) => {
  const clock = { now: 0 };
  const file = join(await temporaryFolder(finishing.add), 'journal.sqlite');
  const journal = await openSqliteJournal(file, () => clock.now, { keepAtLeast: 0 });
  finishing.add(() => journal.close());
  for (let done = 0; done < OLD_ENTRIES; done += AT_ONCE) await append(journal, AT_ONCE);
  clock.now = 1;
  const state = { isOver: false };
  const during = appendUntil(journal, () => state.isOver);
  const startedAt = performance.now();
  const taken = await journal.forget(1);
  const seconds = (performance.now() - startedAt) / 1000;
  state.isOver = true;
  const meanwhile = await during;
  const alone = await appendUntil(journal, (count) => count === meanwhile.length);
  const [p50, p99] = [0.5, 0.99].map((share) => at(meanwhile, share) / at(alone, share));
  return [
    {
      what: `追加 append of ${GROUP}, 同时清理 while ${taken} go (${(taken / seconds / 1000).toFixed(0)} k/s)`,
      ours: told(meanwhile),
      floor: told(alone),
      ratio: `${p50?.toFixed(1)}, ${p99?.toFixed(1)}`,
    },
  ];
};

const append = async (journal: SqliteJournal, count: number): Promise<void> =>
  void (await journal.append(Array.from({ length: count }, (_, value) => writeOf(reading(value)))));

async function appendUntil(journal: SqliteJournal, isOver: (count: number) => boolean): Promise<readonly number[]> {
  const waitedMs: number[] = [];
  while (!isOver(waitedMs.length)) {
    const startedAt = performance.now();
    await append(journal, GROUP);
    waitedMs.push(performance.now() - startedAt);
  }
  return waitedMs.sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
const told = (sorted: readonly number[]): string =>
  `p50 ${at(sorted, 0.5).toFixed(1)} p99 ${at(sorted, 0.99).toFixed(1)} ms (${sorted.length})`;
