import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { restoreJournal } from '../../../gateway/journal/copies.ts';
import { openSqliteJournal, type SqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { raising, reading, writeOf } from '../../parts/journal-entries.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const program = (name: string): string => join(import.meta.dirname, '../../../gateway/journal', name);
const run = (name: string, ...args: string[]) => promisify(execFile)(process.execPath, [program(name), ...args]);

const placesIn = (folder: string) => ({
  file: join(folder, 'journal.sqlite'),
  copy: join(folder, 'copy.sqlite'),
  restored: join(folder, 'restored.sqlite'),
});

/** Appends as fast as answers come until `isOver`; answers the longest wait for one of them, in milliseconds. */
async function appendUntil(journal: SqliteJournal, isOver: () => boolean): Promise<number> {
  let longestMs = 0;
  while (!isOver()) {
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 50 }, (_, value) => journal.append([writeOf(reading(value))])));
    longestMs = Math.max(longestMs, performance.now() - startedAt);
  }
  return longestMs;
}

it('copies a journal under load to a file that a gateway can go on with, and holds no append up for long', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { file, copy, restored } = placesIn(folder);
  const journal = await openSqliteJournal(file, () => 0);
  const alarms = Array.from({ length: 20_000 }, () => raising());
  await Promise.all(alarms.map((alarm) => journal.append([writeOf(alarm)])));
  const headBefore = journal.head();

  let isOver = false;
  const copying = run('backup.ts', file, copy).finally(() => {
    isOver = true;
  });
  const longestMs = await appendUntil(journal, () => isOver);
  const { stdout } = await copying;
  expect(longestMs).toBeLessThan(1000);

  await run('restore.ts', copy, restored);
  const again = await openSqliteJournal(restored, () => 0);
  const head = again.head();
  expect(stdout).toContain(`${head} sha256:`);
  expect(head).toBeGreaterThanOrEqual(headBefore);
  expect(journal.head()).toBeGreaterThan(head); // it was written while it was copied
  expect(again.read(0, 100_000)).toEqual(journal.read(0, head));
  expect(again.queries.counts({ regions: [] })).toEqual([{ severity: 2, state: 'new', count: alarms.length }]);
  await again.append([writeOf(reading(1))]);
  await Promise.all([again.close(), journal.close()]);
  expect(verifyJournal(restored)).toMatchObject({ ok: true, value: { head: head + 1 } });
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([]);
});

it('puts no broken copy in place, and nothing over a journal that stands there', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const { file, copy, restored } = placesIn(folder);
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append([writeOf(reading(1))]);
  await run('backup.ts', file, copy);
  await journal.close();
  await expect(run('backup.ts', file, copy)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('already'),
  });
  await expect(run('restore.ts', copy, file)).rejects.toMatchObject({
    code: 1,
    stdout: expect.stringContaining('move it away'),
  });

  const bytes = readFileSync(copy);
  const place = bytes.indexOf('"value":1}') + 8;
  bytes.writeUInt8(0x32, place);
  writeFileSync(copy, bytes);
  expect(await restoreJournal(copy, restored)).toMatchObject({ ok: false, error: { seq: 1 } });
  expect(existsSync(restored)).toBe(false);
});
