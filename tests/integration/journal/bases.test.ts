import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { evolve } from '../../../gateway/alarms/evolve.ts';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import type { AlarmEntry } from '../../../gateway/domain/entry.ts';
import type { NewEntry } from '../../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { patched, patchOf } from '../../../gateway/journal/sqlite-rows.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { raising, reading, writeOf } from '../../parts/journal-entries.ts';
import { MORNING, someAlarm } from '../../parts/recorded.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const inFolder = async () => join(await temporaryFolder(onTestFinished), 'journal.sqlite');
const BY = { by: { name: 'duty', centre: undefined }, note: undefined, doneAt: undefined };

/** What a storm does to one alarm: raised, repeated again and again, shelved and unshelved by people. */
function storm(repeats: number): readonly NewEntry[] {
  const first = raising();
  const entries = [first];
  let alarm = first.alarm;
  for (let count = 2; count < repeats + 2; count += 1) {
    const id = alarm?.id ?? '';
    const seen = { lastAt: MORNING + count, isActive: true, severity: 2, value: count, text: undefined } as const;
    const entry: AlarmEntry =
      count % 5 === 0
        ? { kind: 'shelved', alarm: id, until: MORNING + 60_000, ...BY }
        : count % 5 === 1
          ? { kind: 'acknowledged', alarm: id, ...BY }
          : { kind: 'repeated', alarm: id, signal: `s${count}`, seen };
    alarm = evolve(alarm, entry);
    entries.push({ entry, alarm });
  }
  return entries;
}

/** As JSON gives it back: without what is undefined. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
const linesOf = (entries: readonly NewEntry[]) =>
  entries.map(({ entry, alarm }, index) => plain({ seq: index + 1, at: 0, entry, alarm }));

it('writes an alarm whole once for a batch, and reads it beside each entry as that one left it', async () => {
  const file = await inFolder();
  const written = storm(300);
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append(written.map((entry) => writeOf(entry)));
  await journal.close();
  const database = new Sqlite(file, { readonly: true });
  expect(database.prepare('SELECT count(*) FROM entries WHERE base IS NULL').pluck().get()).toBe(1);
  database.close();
  const again = await openSqliteJournal(file, () => 0);
  expect(again.read(0, 1000).map(plain)).toEqual(linesOf(written));
  const id = written[0]?.alarm?.id ?? '';
  expect(again.queries.history(id).map(plain)).toEqual(linesOf(written));
  expect(plain(again.queries.alarm(id))).toEqual(plain(written.at(-1)?.alarm));
  await again.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { entries: 301 } });
});

it('keeps each entry’s alarm when the entry on which they are based is refused for its version', async () => {
  const file = await inFolder();
  const [first, ...rest] = storm(6);
  const refused = rest.at(-1);
  if (first === undefined || refused === undefined) throw new Error('no storm');
  const kept = [first, ...rest.slice(0, -1)];
  const journal = await openSqliteJournal(file, () => 0);
  const outcomes = await journal.append([
    ...kept.map((entry) => writeOf(entry)),
    { subject: 'other', expectedVersion: 7, entries: [refused] },
    writeOf(reading(1)),
  ]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([...kept.map(() => true), false, true]);
  await journal.close();
  const again = await openSqliteJournal(file, () => 0);
  expect(again.read(0, kept.length).map(plain)).toEqual(linesOf(kept));
  expect(plain(again.queries.alarm(first.alarm?.id ?? ''))).toEqual(plain(kept.at(-1)?.alarm));
  await again.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true });
});

it('still has every alarm whole when retention has cut a batch in two', async () => {
  const file = await inFolder();
  const written = storm(1200);
  const journal = await openSqliteJournal(file, () => 0, { keepAtLeast: 100 });
  await journal.append(written.map((entry) => writeOf(entry)));
  expect(await journal.forget(1)).toBe(written.length - 100);
  await journal.close();
  const again = await openSqliteJournal(file, () => 0);
  expect(again.read(written.length - 100, 1000).map(plain)).toEqual(linesOf(written).slice(-100));
  await again.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { entries: 100 } });
});

it('names an entry whose base was changed', async () => {
  const file = await inFolder();
  const journal = await openSqliteJournal(file, () => 0);
  await journal.append([...storm(5), ...storm(5)].map((entry) => writeOf(entry)));
  await journal.close();
  const database = new Sqlite(file);
  database.exec('UPDATE entries SET base = 12 WHERE seq = 3');
  database.close();
  expect(verifyJournal(file)).toMatchObject({ ok: false, error: { seq: 3 } });
});

it('makes any alarm of any other by what differs', () => {
  const anAlarm = fc
    .record(
      {
        state: fc.constantFrom('new', 'closed'),
        count: fc.nat(),
        value: fc.double({ noNaN: true, noDefaultInfinity: true }),
        assignee: fc.string(),
        shelvedUntil: fc.nat(),
        cameras: fc.array(fc.string()),
      },
      { requiredKeys: [] },
    )
    .map((more): Alarm => ({ ...someAlarm({ id: 'a' }), ...more }) as Alarm);
  fc.assert(
    fc.property(anAlarm, anAlarm, fc.boolean(), (base, alarm, isRead) => {
      const from = isRead ? plain(base) : base;
      expect(plain(patched(plain(from), patchOf(from, alarm)))).toEqual(plain(alarm));
    }),
  );
});
