import { join } from 'node:path';
import Database from 'better-sqlite3';
import pino from 'pino';
import { expect, it } from 'vitest';
import { openEmbeddedArchive } from '../../../gateway/followers/archive/embedded.ts';
import { archiveDue } from '../../../gateway/followers/values/hours.ts';
import { keepValues, openValues } from '../../../gateway/followers/values/values.ts';
import { at, FENCE } from '../../parts/alarm-samples.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const log = pino({ level: 'silent' });
const measured = (time: string, value: number) =>
  ({
    kind: 'telemetry',
    telemetry: { kind: 'telemetry', device: FENCE.id, at: at(time), values: { rail: value } },
  }) as const;

it('has the last values after a crash between the effect and the cursor, and counts none of them twice', async ({
  onTestFinished,
}) => {
  const file = join(await temporaryFolder(onTestFinished), 'values.sqlite');
  const journal = new MemoryJournal(2);
  for (const value of [20, 22, 24]) journal.add(measured(`08:0${value - 20}:00`, value));
  const follow = async (cursors: MemoryCursors) => {
    const values = openValues(file);
    const stop = new AbortController();
    const around = { journal, cursors, log, now: Date.now, random: () => 0, stop: stop.signal };
    const following = keepValues({ ...around, values });
    await cursors.reached('values', journal.head());
    stop.abort();
    await following.done;
    return values;
  };
  journal.add(measured('08:03:00', 99), undefined, at('08:03:00') + 49 * 3_600_000); // two days late: not of its hour
  await (await follow(new MemoryCursors())).close();
  journal.add(measured('08:10:00', 30));
  const values = await follow(new MemoryCursors()); // the journal's cursor is lost: the file knows better
  onTestFinished(() => values.close());
  expect(values.of(FENCE.id)).toEqual([{ name: 'rail', value: 30, at: at('08:10:00') }]);
  expect(await values.due(at('12:00:00'))).toMatchObject([{ n: 4, sum: 96, least: 20, most: 30 }]);
});

it('archives an hour once it is over, and the same point again when a late value has changed it', async ({
  onTestFinished,
}) => {
  const folder = await temporaryFolder(onTestFinished);
  const [values, archive] = [
    openValues(join(folder, 'values.sqlite')),
    openEmbeddedArchive(join(folder, 'archive.sqlite')),
  ];
  onTestFinished(async () => void (await Promise.all([values.close(), archive.close()])));
  const devices = { find: () => FENCE };
  const clock = { now: at('08:59:00') };
  const tend = () => archiveDue({ values, archive, devices, now: () => clock.now, log });
  const reader = new Database(join(folder, 'archive.sqlite'), { readonly: true });
  onTestFinished(() => void reader.close());
  const hours = () =>
    reader
      .prepare<[], { tags: string; at: number; fields: string }>(
        'SELECT tags, at_ns / 1000000 AS at, fields FROM point',
      )
      .all()
      .map(({ tags, at: ms, fields }) => ({
        sinceHourMs: ms - at('08:00:00'),
        ...JSON.parse(tags),
        ...JSON.parse(fields),
      }));
  await values.take(1, [{ device: FENCE.id, at: at('08:10:00'), values: { rail: 20 }, isLate: false }]);
  await tend();
  expect(hours()).toEqual([]);
  clock.now = at('09:06:00');
  await tend();
  expect(hours()).toMatchObject([{ least: 20, mean: 20, most: 20, n: 1, device: FENCE.id, type: 'rail' }]);
  expect(hours()[0].sinceHourMs).toBeLessThan(60_000);
  await values.take(2, [{ device: FENCE.id, at: at('08:20:00'), values: { rail: 30 }, isLate: false }]);
  await tend();
  expect(hours()).toMatchObject([{ least: 20, mean: 25, most: 30, n: 2 }]);
});
