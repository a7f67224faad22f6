import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { reading, writeOf } from '../../parts/journal-entries.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/** More than are worth a sync of their own: such a group goes to the writer behind the one that it has. */
const MANY = 400;
const group = (from: number) => Array.from({ length: MANY }, (_, value) => writeOf(reading(from + value)));
const turn = () => new Promise((resolve) => queueMicrotask(() => resolve(undefined)));

/** A journal whose writer refuses what is appended while `isBad`, since no entry may stand without a time. */
async function journalThatMayRefuse() {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  const clock = { isBad: false };
  const journal = await openSqliteJournal(file, () => (clock.isBad ? Number.NaN : 7));
  onTestFinished(() => journal.close());
  return { journal, clock };
}

it('refuses what was sent behind a refused batch before that was known, and takes what is appended after', async () => {
  const { journal, clock } = await journalThatMayRefuse();
  clock.isBad = true;
  const first = journal.append(group(0));
  await turn();
  clock.isBad = false;
  const second = journal.append(group(MANY));
  await turn();
  const outcomes = await Promise.allSettled([first, second]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(journal.head()).toBe(0);
  await journal.append(group(2 * MANY));
  expect(journal.head()).toBe(MANY);
});

it('answers groups in the order of the calls, each when all of it is durable', async () => {
  const { journal } = await journalThatMayRefuse();
  const said: number[] = [];
  const appended = [0, 1, 2, 3, 4].map(async (number) => {
    for (let turns = number; turns > 0; turns -= 1) await turn();
    await journal.append(group(number * MANY));
    said.push(number);
    expect(journal.head()).toBeGreaterThanOrEqual((number + 1) * MANY);
  });
  await Promise.all(appended);
  expect(said).toEqual([0, 1, 2, 3, 4]);
  const values = journal.read(0, 10_000).map(({ entry }) => 'telemetry' in entry && entry.telemetry.values['value']);
  expect(values).toEqual(Array.from({ length: 5 * MANY }, (_, value) => value));
});

it('answers an append of nothing', async () => {
  const { journal } = await journalThatMayRefuse();
  expect(await journal.append([])).toEqual([]);
});
