import type { Database } from 'better-sqlite3';
import type { AlarmId } from '../domain/alarm.ts';
import type { FigureQueries, JournalQueries, ListedKind } from './journal.ts';
import { selectDevicesWith, selectFigures } from './sqlite-figures.ts';
import { LISTED, selectCounts, selectPage } from './sqlite-pages.ts';
import { ENTRY_COLUMNS, type EntryRow, entryReader, mapOne, toAlarm } from './sqlite-rows.ts';

/** Questions to the log, answered through a read-only connection of their own. */
export function sqliteQueries(database: Database, head: () => number): JournalQueries & FigureQueries {
  const toRecorded = entryReader(database);
  const alarmById = database.prepare<[string], { body: string }>('SELECT body FROM alarms WHERE id = ?');
  const history = database.prepare<[string], EntryRow>(
    `SELECT ${ENTRY_COLUMNS} FROM entries WHERE alarm = ? ORDER BY seq`,
  );
  const latest = database.prepare<[], { body: string }>(LATEST_OPEN);
  const greatestId = database.prepare<[], AlarmId | null>('SELECT max(id) FROM alarms').pluck();
  const overdue = database.prepare<[number, number], { body: string }>(
    'SELECT body FROM alarms WHERE escalates_at <= ? ORDER BY escalates_at LIMIT ?',
  );
  const facts = database.prepare<[string, string], { key: string; value: string }>(
    'SELECT key, value FROM facts WHERE key >= ? AND key < ? ORDER BY key',
  );
  return {
    alarm: (id: AlarmId) => mapOne(alarmById.get(id), toAlarm),
    history: (id) => toRecorded(history.all(id)),
    latestOfEachType: () => mapEach(latest.iterate(), toAlarm),
    latestId: () => greatestId.get() ?? undefined,
    overdue: (at, limit) => mapEach(overdue.all(at, limit), toAlarm),
    facts: (prefix) =>
      mapEach(facts.iterate(prefix, `${prefix}\uffff`), ({ key, value }) => ({ key, value: JSON.parse(value) })),
    alarms: (query) => ({ items: selectPage(database, query).map(toAlarm), seq: head() }),
    counts: (where) => selectCounts(database, where),
    figures: (where, limit) => selectFigures(database, where, limit),
    devicesWith: (typePrefix) => selectDevicesWith(database, typePrefix),
    entriesOf: (kinds, before, limit) => toRecorded(selectEntries(database, kinds, before, limit)),
  };
}

/** Of each kind by itself, for together they are in no order that an index has. */
function selectEntries(
  database: Database,
  kinds: readonly ListedKind[],
  before: number | undefined,
  limit: number,
): readonly EntryRow[] {
  const select = database.prepare<[string, number, number], EntryRow>(LISTED_ENTRIES);
  return kinds
    .flatMap((kind) => select.all(kind, before ?? Number.MAX_SAFE_INTEGER, limit))
    .sort((a, b) => b.seq - a.seq)
    .slice(0, limit);
}

/** With the index's own condition in it: else SQLite does not see that the index will do, and reads the log from its end. */
export const LISTED_ENTRIES = `SELECT ${ENTRY_COLUMNS} FROM entries WHERE ${LISTED}
  AND kind = ? AND seq < ? ORDER BY seq DESC LIMIT ?`;

/** UUIDv7 grows with time, so the greatest id of a device and type is its latest alarm. Costs what is open, not what was. */
export const LATEST_OPEN = `SELECT body FROM alarms AS one WHERE state <> 'closed' AND NOT EXISTS
  (SELECT 1 FROM alarms AS later WHERE later.device = one.device AND later.type = one.type AND later.id > one.id)`;

function* mapEach<A, B>(values: Iterable<A>, map: (value: A) => B): Iterable<B> {
  for (const value of values) yield map(value);
}
