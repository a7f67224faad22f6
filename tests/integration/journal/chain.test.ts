import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { chainHash, FIRST_HASH } from '../../../gateway/journal/chain.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { raising, reading, writeOf } from '../../parts/journal-entries.ts';
import { writeVersion1, writeVersion2 } from '../../parts/journal-version-1.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const inFolder = async () => join(await temporaryFolder(onTestFinished), 'journal.sqlite');

/** A closed journal of 500 readings and an alarm, entry 501. */
async function writtenJournal(): Promise<string> {
  const file = await inFolder();
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append(Array.from({ length: 500 }, (_, value) => writeOf(reading(value + 1))));
  await journal.append([writeOf(raising())]);
  await journal.close();
  return file;
}

function change(file: string, sql: string): void {
  const database = new Sqlite(file);
  database.exec(sql);
  database.close();
}

it('finds a journal sound, while it is written and after a restart', async () => {
  const file = await writtenJournal();
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append([writeOf(reading(502))]);
  const checked = verifyJournal(file);
  expect(checked).toMatchObject({ ok: true, value: { entries: 502, first: 1, head: 502 } });
  await journal.close();
  expect(verifyJournal(file)).toEqual(checked);
});

it('names the entry in which a byte of the file was flipped', async () => {
  const file = await writtenJournal();
  const bytes = readFileSync(file);
  const place = bytes.indexOf('"value":333}');
  bytes.writeUInt8(bytes.readUInt8(place + 9) ^ 1, place + 9); // 333 becomes 233
  writeFileSync(file, bytes);
  expect(verifyJournal(file)).toMatchObject({ ok: false, error: { seq: 333 } });
});

it.each([
  ['an entry that was taken out', 'DELETE FROM entries WHERE seq = 40', { seq: 40 }],
  ['an entry whose time was changed', 'UPDATE entries SET at = 1 WHERE seq = 41', { seq: 41 }],
  ['two entries that changed places', 'UPDATE entries SET body = replace(body, 42, 43) WHERE seq = 42', { seq: 42 }],
  ['an entry whose hash was taken away', 'UPDATE entries SET hash = NULL WHERE seq = 44', { seq: 44 }],
  ['another anchor', "UPDATE anchor SET hash = x'00'", { seq: 1 }],
  ['an alarm whose row was changed', "UPDATE alarms SET body = '{}'", { text: expect.stringContaining('alarm') }],
])('names %s', async (_what, sql, error) => {
  const file = await writtenJournal();
  change(file, sql);
  expect(verifyJournal(file)).toMatchObject({ ok: false, error });
});

it('gives other hashes to whatever differs, also where a border between two fields moved', () => {
  const row = fc.record({
    seq: fc.integer({ min: 1 }),
    at: fc.integer({ min: 0 }),
    kind: fc.constantFrom('raised', 'telemetry'),
    body: fc.json(),
    snapshot: fc.option(fc.json()),
    base: fc.option(fc.integer({ min: 1 })),
  });
  fc.assert(
    fc.property(row, row, (one, other) => {
      const isSame =
        JSON.stringify({ ...one, snapshot: one.snapshot ?? '' }) ===
        JSON.stringify({ ...other, snapshot: other.snapshot ?? '' });
      expect(chainHash(FIRST_HASH, one).equals(chainHash(FIRST_HASH, other))).toBe(isSame);
    }),
  );
});

it.each([
  ['1, and chains what it held', writeVersion1],
  ['2, and goes on with its chain', writeVersion2],
])('takes over a file of version %s, with everything in it', async (_what, write) => {
  const file = await inFolder();
  const alarm = raising();
  const wall = { id: 'hall', layout: 4, tiles: [null], version: 1 } as const;
  const put = { kind: 'wall-put', wall, by: { name: 'admin', centre: undefined } } as const;
  const held = [...Array.from({ length: 2500 }, (_, value) => reading(value)), alarm, { entry: put, alarm: undefined }];
  write(file, held, 7);

  const journal = await openSqliteJournal(file, () => 0);
  expect(journal.read(0, 10_000)).toEqual(
    held.map(({ entry, alarm: left }, index) => ({ seq: index + 1, at: 7, entry, alarm: left })),
  );
  expect(journal.queries.alarm(alarm.alarm?.id ?? '')).toEqual(alarm.alarm);
  expect([...journal.queries.facts('wall/')]).toEqual([{ key: 'wall/hall', value: wall }]);
  expect(journal.versionOf('device/d')).toBe(held.length);
  expect(journal.cursors.read('archive')).toBe(2);
  await journal.append([writeOf(reading(1))]);
  await journal.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { first: 1, head: held.length + 1 } });
});

it('refuses a file of a later release by its version', async () => {
  const file = await writtenJournal();
  change(file, 'PRAGMA user_version = 99');
  await expect(openSqliteJournal(file, () => 0)).rejects.toThrow(/version 99/);
});
