import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueTables } from '../../../gateway/followers/values/value-tables.ts';
import type { Word } from '../../../gateway/followers/values/values-wire.ts';
import { at } from '../../parts/alarm-samples.ts';

function open() {
  const database = new Database(':memory:');
  const tables = new ValueTables(database);
  let upTo = 0;
  const take = (...words: readonly Word[]) => {
    upTo += 10;
    return tables.carryOut({ kind: 'take', upTo, words });
  };
  const latest = () => database.prepare('SELECT device, name, value FROM latest ORDER BY device, name').raw().all();
  const due = (before: number) => tables.carryOut({ kind: 'due', before }).hours;
  return { tables, take, latest, due };
}

const said = (time: string, values: Record<string, number>, device = 'rail-t1'): Word => ({
  device,
  at: at(time),
  values,
  isLate: false,
});
const LATER = at('12:00:00');

describe('the last values', () => {
  it('are those that the device measured last, name by name, in whatever order they come', () => {
    const { take, latest } = open();
    take(said('08:00:00', { rail: 20, air: 5 }), said('08:10:00', { rail: 21 }), said('08:05:00', { rail: 99 }));
    expect(latest()).toEqual([
      ['rail-t1', 'air', 5],
      ['rail-t1', 'rail', 21],
    ]);
  });

  it('go with a device that leaves the registry, and begin anew when it comes back', () => {
    const { take, latest } = open();
    take(said('08:00:00', { rail: 20 }), said('08:00:00', { rail: 7 }, 'rail-t2'), { device: 'rail-t1', isGone: true });
    expect(latest()).toEqual([['rail-t2', 'rail', 7]]);
    take(said('07:00:00', { rail: 3 }));
    expect(latest()).toContainEqual(['rail-t1', 'rail', 3]);
  });

  it('are of 256 names at most, however many a device makes up', () => {
    const { take, latest } = open();
    for (let name = 0; name < 1_000; name += 1) take(said('08:00:00', { [`n${name}`]: name }));
    expect(latest()).toHaveLength(256);
  });
});

describe('the hours', () => {
  it('hold the least, the mean and the most of each value, and count a batch once that comes twice', () => {
    const { tables, take, due } = open();
    take(said('08:00:00', { rail: 20 }), said('08:59:59', { rail: 23 }), said('09:00:00', { rail: 50 }));
    tables.carryOut({ kind: 'take', upTo: 10, words: [said('08:30:00', { rail: 1_000 })] });
    expect(due(LATER)).toEqual([
      { hour: at('08:00:00'), device: 'rail-t1', name: 'rail', n: 2, least: 20, most: 23, sum: 43 },
      { hour: at('09:00:00'), device: 'rail-t1', name: 'rail', n: 1, least: 50, most: 50, sum: 50 },
    ]);
  });

  it('are due once, and again when a late value has changed them, also one that came while they were archived', () => {
    const { tables, take, due } = open();
    take(said('08:00:00', { rail: 20 }));
    const hours = due(LATER);
    take(said('08:01:00', { rail: 22 }));
    tables.carryOut({ kind: 'archived', hours });
    expect(due(LATER)).toMatchObject([{ n: 2, sum: 42 }]);
    tables.carryOut({ kind: 'archived', hours: due(LATER) });
    expect(due(LATER)).toEqual([]);
  });

  it('are not begun anew by a value that comes after they were archived and forgotten; the last value still is', () => {
    const { take, latest, due } = open();
    take({ device: 'rail-t1', at: at('08:00:00'), values: { rail: 20 }, isLate: true });
    expect(due(LATER)).toEqual([]);
    expect(latest()).toEqual([['rail-t1', 'rail', 20]]);
  });

  it('stay until they are archived, then go a thousand at a time', () => {
    const { tables, take, due } = open();
    for (let device = 0; device < 2_500; device += 1) take(said('08:00:00', { rail: 20 }, `t${device}`));
    const forget = () => tables.carryOut({ kind: 'forget', before: LATER }).count;
    expect(forget()).toBe(0);
    for (let slice = 0; slice < 3; slice += 1) tables.carryOut({ kind: 'archived', hours: due(LATER) });
    expect([forget(), forget(), forget(), forget()]).toEqual([1_000, 1_000, 500, 0]);
  });

  it('come to the same in whatever batches the words arrive', () => {
    const word = fc.record({
      device: fc.constantFrom('a', 'b'),
      at: fc.integer({ min: at('08:00:00'), max: at('09:59:59') }),
      isLate: fc.constant(false),
      values: fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: -50, max: 50 })),
    });
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 30 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
        (words, sizes) => {
          const [whole, parted] = [open(), open()];
          whole.take(...words);
          for (let rest = words; rest.length > 0; ) {
            const size = sizes.next().value ?? 1;
            parted.take(...rest.slice(0, size));
            rest = rest.slice(size);
          }
          expect(parted.due(LATER)).toEqual(whole.due(LATER));
          expect(parted.latest()).toEqual(whole.latest());
        },
      ),
    );
  });
});
