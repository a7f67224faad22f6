import type { Database } from 'better-sqlite3';
import { significantDigits } from '../domain/region.ts';
import { type AlarmQuery, LISTED_KINDS } from './journal.ts';

/** The condition of the index over the entries that are listed by kind. */
export const LISTED = `kind IN (${LISTED_KINDS.map((kind) => `'${kind}'`).join(', ')})`;

type Where = AlarmQuery['where'];
type Bound = string | number;
export type Clause = Readonly<{ sql: string; values: readonly Bound[] }>;
type Statement = Clause;

/** Each index below is in the order of a page, so that a page costs what it shows and what it passes over. */
export const PAGE_INDEXES = `
  CREATE INDEX entries_of_kind ON entries (kind, seq) WHERE ${LISTED};
  CREATE INDEX alarms_by_time ON alarms (occurred_at DESC, id DESC, severity, type, region);
  CREATE INDEX alarms_by_county ON alarms (substr(region, 1, 6), occurred_at DESC, id DESC, severity, type, region);
  CREATE INDEX alarms_by_line ON alarms (line, occurred_at DESC, id DESC) WHERE line IS NOT NULL;
  CREATE INDEX alarms_by_compound ON alarms (compound, occurred_at DESC, id DESC) WHERE compound IS NOT NULL;
  CREATE INDEX alarms_open ON alarms (occurred_at DESC, id DESC, severity, state, type, region, condition)
    WHERE state <> 'closed';
`;

/** Digits of a division code that name its county. */
const COUNTY_DIGITS = 6;
/** More places than this are so much of a city that the index by time is as quick as a walk for each of them. */
const WALKS_MAX = 16;
const OPEN: Clause = { sql: "state <> 'closed'", values: [] };

type Row = Readonly<{ body: string }>;
type Count = Readonly<{ severity: number; state: string; count: number }>;

export const selectPage = (database: Database, query: AlarmQuery): readonly Row[] => {
  if (asksForNothing(query.where)) return [];
  const { sql, values } = pageStatement(query);
  return database.prepare<Bound[], Row>(sql).all(...values);
};

export const selectCounts = (database: Database, where: Where): readonly Count[] => {
  if (asksForNothing(where)) return [];
  const { sql, values } = countsStatement(where);
  return database.prepare<Bound[], Count>(sql).all(...values);
};

/** "Any of" no values: no alarm is that, and a condition that is never true has no index to walk along. */
function asksForNothing(where: Where): boolean {
  const { lines, compounds, states, conditions, severities, types, devices, regions } = where;
  const lists = [lines, compounds, states, conditions, severities, types, devices, nodesWithin(regions)];
  return lists.some((values) => values?.length === 0);
}

export function countsStatement(where: Where): Statement {
  const { sql, values } = allOf([OPEN, ...clausesOf(where)]);
  const from = `alarms INDEXED BY alarms_open WHERE ${sql}`;
  return { sql: `SELECT severity, state, count(*) AS count FROM ${from} GROUP BY severity, state`, values };
}

/**
 * The statement of one page. It says itself which index it walks along, newest first, for SQLite has no figures by
 * which to choose; where several places are asked for, it is one such walk for each, and the newest of them all.
 */
export function pageStatement({ where, after, limit }: AlarmQuery): Statement {
  const { index, places } = walkOf(where);
  const clauses = clausesOf(where);
  if (after !== undefined) {
    clauses.push({ sql: '(occurred_at, id) < (?, ?)', values: [after.occurredAt, after.id] });
  }
  const walks = places.map((place) => walk(index, [...place, ...clauses], limit));
  const [only] = walks;
  if (walks.length === 1 && only !== undefined) return only;
  const parts = walks.map(({ sql }) => `SELECT * FROM (${sql})`).join(' UNION ALL ');
  return {
    sql: `SELECT occurred_at, id, body FROM (${parts}) ORDER BY occurred_at DESC, id DESC LIMIT ?`,
    values: [...walks.flatMap(({ values }) => values), limit],
  };
}

function walk(index: string, clauses: readonly Clause[], limit: number): Statement {
  const { sql, values } = allOf(clauses);
  const from = `alarms INDEXED BY ${index} WHERE ${sql}`;
  return {
    sql: `SELECT occurred_at, id, body FROM ${from} ORDER BY occurred_at DESC, id DESC LIMIT ?`,
    values: [...values, limit],
  };
}

type Walk = Readonly<{ index: string; places: readonly (readonly Clause[])[] }>;

/** The index that passes over the least. A device's alarms are few and sorted; what is open is few, too. */
function walkOf(where: Where): Walk {
  const { devices, states, compounds, lines } = where;
  if (devices !== undefined) return { index: 'alarms_by_device', places: [[]] };
  if (states !== undefined && !states.includes('closed')) return { index: 'alarms_open', places: [[OPEN]] };
  const counties = nodesWithin(where.regions)?.filter((digits) => digits.length >= COUNTY_DIGITS);
  const isOfCounties = counties !== undefined && counties.length === nodesWithin(where.regions)?.length;
  return (
    eachOf('alarms_by_compound', 'compound', compounds) ??
    eachOf('alarms_by_line', 'line', lines) ??
    (isOfCounties ? eachOf('alarms_by_county', 'substr(region, 1, 6)', countiesOf(counties)) : undefined) ?? {
      index: 'alarms_by_time',
      places: [[]],
    }
  );
}

function eachOf(index: string, column: string, values: readonly string[] | undefined): Walk | undefined {
  const places = new Set(values);
  if (places.size === 0 || places.size > WALKS_MAX) return undefined;
  return { index, places: [...places].map((value) => [{ sql: `${column} = ?`, values: [value] }]) };
}

const countiesOf = (nodes: readonly string[]): readonly string[] => nodes.map((node) => node.slice(0, COUNTY_DIGITS));

/** The nodes, as their digits, that lie in one node of every list; undefined when nothing is asked of the region. */
function nodesWithin(lists: Where['regions']): readonly string[] | undefined {
  const [first, ...others] = lists.map((nodes) => nodes.map(significantDigits));
  return others.reduce<readonly string[] | undefined>(
    (narrowed, nodes) => narrowed?.flatMap((one) => nodes.flatMap((other) => deeperOf(one, other))),
    first,
  );
}

function deeperOf(one: string, other: string): readonly string[] {
  if (one.startsWith(other)) return [one];
  return other.startsWith(one) ? [other] : [];
}

function clausesOf(where: Where): Clause[] {
  const clauses: Clause[] = [];
  const nodes = nodesWithin(where.regions);
  if (nodes !== undefined && !nodes.includes('')) clauses.push(anyOf(nodes.map(regionRange)));
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

const allOf = (clauses: readonly Clause[]): Clause => ({
  sql: clauses.length === 0 ? '1' : clauses.map(({ sql }) => sql).join(' AND '),
  values: clauses.flatMap(({ values }) => values),
});

const oneOf = (column: string, values: readonly Bound[]): Clause => ({
  sql: `${column} IN (${values.map(() => '?').join(', ')})`,
  values,
});

const anyOf = (clauses: readonly Clause[]): Clause => ({
  sql: `(${clauses.map(({ sql }) => sql).join(' OR ')})`,
  values: clauses.flatMap(({ values }) => values),
});

/** What lies in a node of the division tree, given by its digits. */
const regionRange = (digits: string): Clause => ({
  sql: 'region BETWEEN ? AND ?',
  values: [digits.padEnd(12, '0'), digits.padEnd(12, '9')],
});

/** A whole code, or everything under a prefix that ends in a dot. */
const typeRange = (type: string): Clause =>
  type.endsWith('.')
    ? { sql: '(type >= ? AND type < ?)', values: [type, `${type}\uffff`] }
    : { sql: 'type = ?', values: [type] };
