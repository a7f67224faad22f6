import type { Database } from 'better-sqlite3';
import type { AlarmId } from '../domain/alarm.ts';
import type { EntryKind } from '../domain/entry.ts';
import { significantDigits } from '../domain/region.ts';
import type { AlarmQuery, JournalQueries } from './journal.ts';
import { type EntryRow, toAlarm, toRecorded } from './sqlite-rows.ts';

type Bound = string | number;
type Clause = Readonly<{ sql: string; values: readonly Bound[] }>;

/** Questions to the log, answered through a read-only connection of their own. */
export function sqliteQueries(database: Database, head: () => number): JournalQueries {
  const alarmById = database.prepare<[string], { body: string }>('SELECT body FROM alarms WHERE id = ?');
  const history = database.prepare<[string], EntryRow>(
    'SELECT seq, at, body, snapshot FROM entries WHERE alarm = ? ORDER BY seq',
  );
  // UUIDv7 grows with time, so the greatest id of a device and type is its latest alarm.
  const latest = database.prepare<[], { body: string }>(
    "SELECT body FROM alarms WHERE id IN (SELECT max(id) FROM alarms GROUP BY device, type) AND state <> 'closed'",
  );
  const overdue = database.prepare<[number, number], { body: string }>(
    'SELECT body FROM alarms WHERE escalates_at <= ? ORDER BY escalates_at LIMIT ?',
  );
  const facts = database.prepare<[string, string], { key: string; value: string }>(
    'SELECT key, value FROM facts WHERE key >= ? AND key < ? ORDER BY key',
  );
  return {
    alarm: (id: AlarmId) => mapOne(alarmById.get(id), toAlarm),
    history: (id) => history.all(id).map(toRecorded),
    latestOfEachType: () => mapEach(latest.iterate(), toAlarm),
    overdue: (at, limit) => mapEach(overdue.all(at, limit), toAlarm),
    facts: (prefix) =>
      mapEach(facts.iterate(prefix, `${prefix}\uffff`), ({ key, value }) => ({ key, value: JSON.parse(value) })),
    alarms: (query) => ({ items: selectAlarms(database, query), seq: head() }),
    counts: (where) => selectCounts(database, where),
    entriesOf: (kinds, before, limit) => selectEntries(database, kinds, before, limit),
  };
}

function selectAlarms(database: Database, { where, after, limit }: AlarmQuery) {
  const clauses = clausesOf(where);
  if (after !== undefined) {
    clauses.push({ sql: '(occurred_at, id) < (?, ?)', values: [after.occurredAt, after.id] });
  }
  const sql = `SELECT body FROM alarms ${whereText(clauses)} ORDER BY occurred_at DESC, id DESC LIMIT ?`;
  const values = [...clauses.flatMap((clause) => clause.values), limit];
  return database
    .prepare<Bound[], { body: string }>(sql)
    .all(...values)
    .map(toAlarm);
}

function selectCounts(database: Database, where: AlarmQuery['where']) {
  const clauses = [{ sql: "state <> 'closed'", values: [] }, ...clausesOf(where)];
  const sql = `SELECT severity, state, count(*) AS count FROM alarms ${whereText(clauses)} GROUP BY severity, state`;
  return database
    .prepare<Bound[], { severity: number; state: string; count: number }>(sql)
    .all(...clauses.flatMap((clause) => clause.values));
}

function selectEntries(database: Database, kinds: readonly EntryKind[], before: number | undefined, limit: number) {
  const marks = kinds.map((kind) => `'${kind}'`).join(', '); // names of our own type, never text from outside
  const sql = `SELECT seq, at, body, snapshot FROM entries WHERE kind IN (${marks}) AND seq < ? ORDER BY seq DESC LIMIT ?`;
  return database
    .prepare<[number, number], EntryRow>(sql)
    .all(before ?? Number.MAX_SAFE_INTEGER, limit)
    .map(toRecorded);
}

function clausesOf(where: AlarmQuery['where']): Clause[] {
  const clauses = where.regions.map((nodes) => anyOf(nodes.map(regionRange)));
  const lists: readonly (readonly [string, readonly Bound[] | undefined])[] = [
    ['line', where.lines],
    ['compound', where.compounds],
    ['state', where.states],
    ['condition', where.conditions],
    ['severity', where.severities],
    ['device', where.devices],
  ];
  for (const [column, values] of lists) if (values !== undefined) clauses.push(oneOf(column, values));
  if (where.types !== undefined) clauses.push(anyOf(where.types.map(typeRange)));
  if (where.from !== undefined) clauses.push({ sql: 'occurred_at >= ?', values: [where.from] });
  if (where.to !== undefined) clauses.push({ sql: 'occurred_at < ?', values: [where.to] });
  return clauses;
}

const whereText = (clauses: readonly Clause[]): string =>
  clauses.length === 0 ? '' : `WHERE ${clauses.map(({ sql }) => sql).join(' AND ')}`;

const oneOf = (column: string, values: readonly Bound[]): Clause => ({
  sql: values.length === 0 ? '0' : `${column} IN (${values.map(() => '?').join(', ')})`,
  values,
});

const anyOf = (clauses: readonly Clause[]): Clause => ({
  sql: clauses.length === 0 ? '0' : `(${clauses.map(({ sql }) => sql).join(' OR ')})`,
  values: clauses.flatMap(({ values }) => values),
});

function regionRange(node: string): Clause {
  const digits = significantDigits(node);
  return { sql: 'region BETWEEN ? AND ?', values: [digits.padEnd(12, '0'), digits.padEnd(12, '9')] };
}

/** A whole code, or everything under a prefix that ends in a dot. */
const typeRange = (type: string): Clause =>
  type.endsWith('.')
    ? { sql: '(type >= ? AND type < ?)', values: [type, `${type}\uffff`] }
    : { sql: 'type = ?', values: [type] };

const mapOne = <A, B>(value: A | undefined, map: (value: A) => B): B | undefined =>
  value === undefined ? undefined : map(value);

function* mapEach<A, B>(values: Iterable<A>, map: (value: A) => B): Iterable<B> {
  for (const value of values) yield map(value);
}
