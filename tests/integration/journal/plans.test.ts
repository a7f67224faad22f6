import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import { isWithin } from '../../../gateway/domain/region.ts';
import { covers } from '../../../gateway/domain/scope.ts';
import type { AlarmQuery } from '../../../gateway/journal/journal.ts';
import { toBatch } from '../../../gateway/journal/sqlite-batch.ts';
import { BatchCommit } from '../../../gateway/journal/sqlite-commit.ts';
import { countsStatement, pageStatement } from '../../../gateway/journal/sqlite-pages.ts';
import { LATEST_OPEN, LISTED_ENTRIES, sqliteQueries } from '../../../gateway/journal/sqlite-queries.ts';
import { prepareForWriting } from '../../../gateway/journal/sqlite-tables.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const DAY_MS = 86_400_000;
const COUNTY = '360902000000';
const DAY = { from: MORNING, to: MORNING + DAY_MS };

function openTables() {
  const database = new Sqlite(':memory:');
  prepareForWriting(database);
  return database;
}

const plan = (database: Sqlite.Database, sql: string): string =>
  database
    .prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql.replaceAll('?', "'x'")}`)
    .all()
    .map(({ detail }) => detail)
    .join('\n');

const page = (where: AlarmQuery['where'], after?: AlarmQuery['after']) =>
  pageStatement({ where, after, limit: 51 }).sql;

describe('the way to an answer', () => {
  const database = openTables();
  const AFTER = { occurredAt: MORNING, id: 'x' };

  it.each<[string, AlarmQuery['where'], string]>([
    [
      'a county’s day',
      { regions: [[COUNTY]], ...DAY },
      'alarms_by_county (<expr>=? AND occurred_at>? AND occurred_at<?)',
    ],
    ['a village’s day', { regions: [[COUNTY], ['360902102003']], ...DAY }, 'alarms_by_county (<expr>=?'],
    [
      'two counties’ red alarms',
      { regions: [[COUNTY, '360982000000']], severities: [1] },
      'alarms_by_county (<expr>=?',
    ],
    ['the city’s day', { regions: [['360900000000']], ...DAY }, 'alarms_by_time (occurred_at>? AND occurred_at<?)'],
    [
      'a line’s day',
      { regions: [['360900000000']], lines: ['沪昆线'], ...DAY },
      'alarms_by_line (line=? AND occurred_at>?',
    ],
    ['a compound', { regions: [[COUNTY]], compounds: ['c'] }, 'alarms_by_compound (compound=?'],
    ['a device', { regions: [[COUNTY]], devices: ['d'] }, 'alarms_by_device (device=?'],
  ])('to %s is along an index, and passes over nothing before it', (_what, where, way) => {
    for (const after of [undefined, AFTER]) {
      const steps = plan(database, page(where, after));
      expect(steps).toContain(`SEARCH alarms USING INDEX ${way.slice(0, way.indexOf('('))}`);
      if (after === undefined) expect(steps).toContain(way);
      expect(steps).not.toMatch(/SCAN alarms/);
    }
  });

  it('to what is not closed is through open alarms only, and never sorts a page of one place', () => {
    const open = { regions: [[COUNTY]], states: ['new', 'handling'] };
    expect(plan(database, page({ ...open, ...DAY }))).toContain('SEARCH alarms USING INDEX alarms_open (occurred_at>?');
    expect(plan(database, page(open))).toBe('SCAN alarms USING INDEX alarms_open');
    expect(plan(database, page({ regions: [[COUNTY]], ...DAY }))).not.toContain('TEMP B-TREE');
  });

  it('to the counts is the index of open alarms, without a look at one of them', () => {
    const { sql } = countsStatement({ regions: [[COUNTY]], severities: [1] });
    expect(plan(database, sql)).toContain('USING COVERING INDEX alarms_open');
  });

  it('at the start is through open alarms, and to lists of entries through theirs', () => {
    expect(plan(database, LATEST_OPEN)).toMatch(
      /one USING INDEX alarms_open[\s\S]*later USING COVERING INDEX alarms_by_device/,
    );
    expect(plan(database, LISTED_ENTRIES)).toBe('SEARCH entries USING INDEX entries_of_kind (kind=? AND seq<?)');
  });
});

const COUNTIES = [COUNTY, '360982000000', '360926000000'] as const;
const NODES = ['360000000000', '360900000000', ...COUNTIES, '360902102000', '360902102003', '360982001000'] as const;
const maybe = <T>(list: readonly T[]) =>
  fc.option(fc.uniqueArray(fc.constantFrom(...list), { maxLength: 2 }), { nil: undefined });
const TYPES = ['railway.perimeter.intrusion', 'railway.cattle.warning', 'fire.smoke'] as const;
const STATES = ['new', 'handling', 'closed'] as const;

const anAlarm = fc
  .record({
    region: fc.constantFrom('360902102003', '360902001000', '360982001000', '360926004001'),
    type: fc.constantFrom(...TYPES),
    severity: fc.constantFrom(1 as const, 2 as const, 3 as const),
    state: fc.constantFrom(...STATES),
    condition: fc.constantFrom('active' as const, 'cleared' as const),
    device: fc.constantFrom('a', 'b'),
    compound: fc.constantFrom(undefined, 'c1', 'c2'),
    line: fc.constantFrom(undefined, '沪昆线', '昌铜线'),
    hour: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ line, hour, ...rest }) =>
    someAlarm({ ...rest, place: line === undefined ? {} : { line }, occurredAt: MORNING + hour * 3_600_000 }),
  );

const aWhere: fc.Arbitrary<AlarmQuery['where']> = fc
  .record({
    regions: fc.array(fc.uniqueArray(fc.constantFrom(...NODES), { minLength: 1, maxLength: 3 }), { maxLength: 2 }),
    lines: maybe(['沪昆线', '昌铜线']),
    compounds: maybe(['c1', 'c2']),
    states: maybe(STATES),
    conditions: maybe(['active', 'cleared']),
    severities: maybe([1, 2]),
    types: maybe(['railway.', 'fire.smoke']),
    devices: maybe(['a', 'b']),
    hours: fc.option(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 2, max: 6 })), { nil: undefined }),
  })
  .map(({ hours, ...rest }) => ({
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    regions: rest.regions,
    ...(hours === undefined ? {} : { from: MORNING + hours[0] * 3_600_000, to: MORNING + hours[1] * 3_600_000 }),
  }));

/** What the filters mean, said without SQL. */
function fits(alarm: Alarm, where: AlarmQuery['where']): boolean {
  const { region, compound, place, occurredAt } = alarm;
  const scope = { regions: ['000000000000'], lines: where.lines, compounds: where.compounds };
  const isOf = (list: readonly unknown[] | undefined, value: unknown) => list === undefined || list.includes(value);
  return (
    where.regions.every((nodes) => nodes.some((node) => isWithin(node, region))) &&
    covers(JSON.parse(JSON.stringify(scope)), { region, compound, line: place.line }) &&
    isOf(where.states, alarm.state) &&
    isOf(where.conditions, alarm.condition) &&
    isOf(where.severities, alarm.severity) &&
    isOf(where.devices, alarm.device) &&
    (where.types === undefined ||
      where.types.some((type) => alarm.type === type || (type.endsWith('.') && alarm.type.startsWith(type)))) &&
    occurredAt >= (where.from ?? 0) &&
    occurredAt < (where.to ?? Number.POSITIVE_INFINITY)
  );
}

it('answers the same alarms in the same order whichever index it walks along, page by page', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anAlarm, { selector: ({ id }) => id, maxLength: 30 }),
      fc.array(aWhere, { minLength: 1, maxLength: 5 }),
      (alarms, wheres) => {
        const database = openTables();
        const writes = alarms.map((alarm) => ({
          subject: 's',
          expectedVersion: undefined,
          entries: [{ entry: raised(alarm), alarm }],
        }));
        new BatchCommit(database).carryOut(toBatch([{ writes, at: 0 }], []));
        const queries = sqliteQueries(database, () => 0);
        for (const where of wheres) {
          const expected = alarms
            .filter((alarm) => fits(alarm, where))
            .sort((a, b) => b.occurredAt - a.occurredAt || (a.id < b.id ? 1 : -1))
            .map(({ id }) => id);
          expect(allPages(queries, where)).toEqual(expected);
          const counted = queries.counts(where).reduce((sum, { count }) => sum + count, 0);
          expect(counted).toBe(alarms.filter((alarm) => alarm.state !== 'closed' && fits(alarm, where)).length);
        }
        database.close();
      },
    ),
    { numRuns: 150 },
  );
});

/** More than there are: pages that do not move on would never end. */
const PAGED_MAX = 100;

function allPages(queries: ReturnType<typeof sqliteQueries>, where: AlarmQuery['where']): readonly string[] {
  const seen: string[] = [];
  for (let after: AlarmQuery['after']; ; ) {
    const { items } = queries.alarms({ where, after, limit: 4 });
    seen.push(...items.map(({ id }) => id));
    const last = items.at(-1);
    if (last === undefined || seen.length > PAGED_MAX) return seen;
    after = { occurredAt: last.occurredAt, id: last.id };
  }
}
