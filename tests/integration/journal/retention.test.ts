import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { SEEN_MIN } from '../../../gateway/alarms/seen.ts';
import { CursorExpired, type NewEntry } from '../../../gateway/journal/journal.ts';
import { type JournalOptions, KEEP_AT_LEAST, openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { byPerson } from '../../parts/alarm-samples.ts';
import { raising, reading, writeOf } from '../../parts/journal-entries.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const DAY_MS = 86_400_000;

/** A journal whose clock the test sets in days. */
async function journalByDays(options: JournalOptions = { keepAtLeast: 10 }) {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  let day = 0;
  const journal = await openSqliteJournal(file, () => day * DAY_MS, options);
  const onDay = async (number: number, ...entries: readonly NewEntry[]) => {
    day = number;
    await journal.append(entries.map((entry) => writeOf(entry)));
  };
  return { file, journal, onDay, forgetBeforeDay: (number: number) => journal.forget(number * DAY_MS) };
}
const readings = (count: number) => Array.from({ length: count }, (_, value) => reading(value));

it('takes out what is older, tells cursors before it so, and leaves a chain that verifies from there', async () => {
  const { file, journal, onDay, forgetBeforeDay } = await journalByDays();
  await onDay(1, ...readings(2500));
  await onDay(2, ...readings(500));
  expect(await forgetBeforeDay(2)).toBe(2500);
  expect(journal.oldest()).toBe(2501);
  expect(() => journal.read(2499, 10)).toThrow(CursorExpired);
  await expect(journal.follow(0, new AbortController().signal)[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    oldest: 2501,
  });
  expect(journal.read(2500, 10_000)).toHaveLength(500);
  await journal.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { entries: 500, first: 2501, head: 3000 } });

  const again = await openSqliteJournal(file, () => 0);
  expect(again.oldest()).toBe(2501);
  expect(() => again.read(2499, 10)).toThrow(CursorExpired);
  await again.append([writeOf(reading(1))]);
  await again.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { head: 3001 } });
});

it('keeps what a follower has still to take, also one that never got through a batch', async () => {
  const { journal, onDay, forgetBeforeDay } = await journalByDays();
  onTestFinished(() => journal.close());
  await onDay(1, ...readings(100));
  expect(journal.cursors.read('archive')).toBe(0);
  expect(await forgetBeforeDay(9)).toBe(0);
  await journal.cursors.store('archive', 60);
  expect(await forgetBeforeDay(9)).toBe(60);
  await journal.cursors.store('archive', 100);
  expect(await forgetBeforeDay(9)).toBe(30); // ten stay whatever their age
});

it('stops at the first entry that is young enough, whatever a wrong clock wrote after it', async () => {
  const { journal, onDay, forgetBeforeDay } = await journalByDays({ keepAtLeast: 0 });
  onTestFinished(() => journal.close());
  await onDay(5, ...readings(10));
  await onDay(0, ...readings(10));
  await onDay(6, ...readings(10));
  expect(await forgetBeforeDay(3)).toBe(0);
  expect(await forgetBeforeDay(6)).toBe(20);
});

it('keeps open alarms and the latest facts, says where a history begins, and drops alarms that are over', async () => {
  const { journal, onDay, forgetBeforeDay } = await journalByDays({ keepAtLeast: 0 });
  onTestFinished(() => journal.close());
  const [open, over, late] = [raising(), raising(), raising()] as const;
  const closing = ({ alarm }: typeof open) => {
    if (alarm === undefined) throw new Error('no alarm');
    return { entry: { kind: 'closed', ...byPerson(alarm) } as const, alarm: { ...alarm, state: 'closed' as const } };
  };
  const wall = { id: 'hall', layout: 4, tiles: [null], version: 1 } as const;
  const put = { kind: 'wall-put', wall, by: { name: 'admin', centre: undefined } } as const;
  await onDay(1, open, over, late, closing(over), { entry: put, alarm: undefined });
  await onDay(2, closing(late), reading(1));
  expect(await forgetBeforeDay(2)).toBe(5);

  const idOf = ({ alarm }: typeof open) => alarm?.id ?? '';
  const { queries } = journal;
  expect(queries.alarm(idOf(open))).toEqual(open.alarm);
  expect(queries.history(idOf(open))).toEqual([]);
  expect(queries.alarm(idOf(over))).toBeUndefined();
  expect(queries.history(idOf(late))).toMatchObject([{ seq: 6, entry: { kind: 'closed' } }]);
  expect([...queries.latestOfEachType()].map(({ id }) => id)).not.toContain(idOf(over));
  expect([...queries.facts('wall/')]).toEqual([{ key: 'wall/hall', value: wall }]);
  expect(await forgetBeforeDay(3)).toBe(2);
  expect(queries.alarm(idOf(late))).toBeUndefined();
  expect(journal.head()).toBe(7);
});

it('goes on numbering where it was when every entry has gone', async () => {
  const { file, journal, onDay, forgetBeforeDay } = await journalByDays({ keepAtLeast: 0 });
  await onDay(1, ...readings(7));
  expect(await forgetBeforeDay(2)).toBe(7);
  await journal.close();
  const again = await openSqliteJournal(file, () => 0);
  expect(again.head()).toBe(7);
  expect((await again.append([writeOf(reading(1))]))[0]).toEqual({ ok: true, value: 8 });
  await again.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { first: 8, head: 8 } });
});

it('lets appends through while a long past goes', async () => {
  const { file, journal, onDay, forgetBeforeDay } = await journalByDays({ keepAtLeast: 0 });
  onTestFinished(() => journal.close());
  await onDay(1, ...Array.from({ length: 20_000 }, () => raising({ state: 'closed' })));
  let isOver = false;
  let appended = 0;
  const forgetting = forgetBeforeDay(2).finally(() => {
    isOver = true;
  });
  const waits: number[] = [];
  while (!isOver) {
    const startedAt = performance.now();
    await onDay(3, reading(appended));
    waits.push(performance.now() - startedAt);
    appended += 1;
  }
  expect(await forgetting).toBe(20_000);
  expect(appended).toBeGreaterThanOrEqual(39); // one between every two slices of 500
  expect(waits.sort((one, other) => one - other)[Math.floor(waits.length / 2)]).toBeLessThan(50);
  expect(verifyJournal(file)).toMatchObject({ ok: true });
});

it('keeps more entries than the identities that a gateway remembers, which it reads again at its start', () => {
  expect(KEEP_AT_LEAST).toBeGreaterThan(SEEN_MIN);
});
