import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { reading, writeOf } from '../../parts/journal-entries.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const FIRST = 40;
const SECOND = 25;
const batch = (from: number, count: number) => Array.from({ length: count }, (_, at) => writeOf(reading(from + at)));

/** A journal's file and its write-ahead log as they were when the first batch was answered, and when the second was. */
async function twoBatches() {
  const folder = await temporaryFolder(onTestFinished);
  const file = join(folder, 'journal.sqlite');
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append(batch(1, FIRST));
  const before = readFileSync(`${file}-wal`).length;
  await journal.append(batch(1 + FIRST, SECOND));
  const [wal, pages] = [readFileSync(`${file}-wal`), join(folder, 'pages.sqlite')];
  copyFileSync(file, pages);
  await journal.close();
  return { folder, wal, before, pages };
}

it('torn last page: what was answered is there, the torn batch whole or not at all, and the chain goes on', async () => {
  const { folder, wal, before, pages } = await twoBatches();
  let number = 0;
  const afterPowerCut = async (kept: number, damagedAt: number | undefined) => {
    number += 1;
    const file = join(folder, `cut-${number}.sqlite`);
    const torn = Buffer.from(wal.subarray(0, kept));
    if (damagedAt !== undefined && damagedAt < kept) torn.writeUInt8(torn.readUInt8(damagedAt) ^ 0x5a, damagedAt);
    copyFileSync(pages, file);
    writeFileSync(`${file}-wal`, torn);
    const journal = await openSqliteJournal(file, () => 0);
    const head = journal.head();
    await journal.append(batch(head + 1, 1));
    await journal.close();
    expect(verifyJournal(file)).toMatchObject({ ok: true, value: { entries: head + 1, first: 1 } });
    return head;
  };
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: before, max: wal.length }),
      fc.option(fc.integer({ min: before, max: wal.length - 1 }), { nil: undefined }),
      async (kept, damagedAt) => {
        const isWhole = kept === wal.length && damagedAt === undefined;
        const head = await afterPowerCut(kept, damagedAt);
        if (isWhole) expect(head).toBe(FIRST + SECOND);
        else expect([FIRST, FIRST + SECOND]).toContain(head);
      },
    ),
    { numRuns: 25 },
  );
  expect(await afterPowerCut(wal.length, undefined)).toBe(FIRST + SECOND);
  expect(await afterPowerCut(wal.length - 1, undefined)).toBe(FIRST);
});
