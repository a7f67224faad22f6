import type { Alarm, AlarmId } from '../../gateway/domain/alarm.ts';
import { factOf } from '../../gateway/domain/entry.ts';
import { escalatesAt } from '../../gateway/domain/escalation.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { JournalQueries, Recorded, Seq, VersionConflict, Write } from '../../gateway/journal/journal.ts';

export type Stamped = Readonly<{ write: Write; at: number }>;
export type CursorMove = Readonly<{ follower: string; seq: Seq }>;

/** What outlives a crash: the tables of the journal, written whole or not at all. Everything in it has been JSON. */
export class Disk {
  readonly entries: Recorded[] = [];
  readonly versions = new Map<string, number>();
  readonly alarms = new Map<AlarmId, Alarm>();
  readonly facts = new Map<string, unknown>();
  readonly cursors = new Map<string, Seq>();

  /** One transaction; each write is answered on its own. */
  commit(writes: readonly Stamped[], cursors: readonly CursorMove[]): readonly Result<Seq, VersionConflict>[] {
    const answers = writes.map(({ write, at }) => this.#insert(write, at));
    for (const { follower, seq } of cursors) this.cursors.set(follower, seq);
    return answers;
  }

  #insert({ subject, expectedVersion, entries }: Write, at: number): Result<Seq, VersionConflict> {
    const found = this.versions.get(subject) ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== found) {
      return failed({ subject, expected: expectedVersion, found });
    }
    for (const { entry, alarm } of entries) {
      const recorded: Recorded = stored({ seq: this.entries.length + 1, at, entry, alarm });
      this.entries.push(recorded);
      if (recorded.alarm !== undefined) this.alarms.set(recorded.alarm.id, recorded.alarm);
      const fact = factOf(recorded.entry);
      if (fact?.value !== undefined) this.facts.set(fact.key, fact.value);
      else if (fact !== undefined) this.facts.delete(fact.key);
    }
    this.versions.set(subject, found + entries.length);
    return ok(this.entries.length);
  }

  /** The questions of SqliteJournal that the desk asks, answered from the same tables. */
  queries(head: () => Seq): JournalQueries {
    const rows = () => [...this.alarms.values()];
    return {
      alarm: (id) => this.alarms.get(id),
      history: (id) => this.entries.filter(({ alarm }) => alarm?.id === id),
      latestOfEachType: () =>
        [...Map.groupBy(rows(), ({ device, type }) => `${device} ${type}`).values()]
          .map((alarms) => alarms.reduce((latest, one) => (one.id > latest.id ? one : latest)))
          .filter(({ state }) => state !== 'closed'),
      latestId: () => [...this.alarms.keys()].sort().at(-1),
      overdue: (at, limit) =>
        rows()
          .filter((alarm) => (escalatesAt(alarm) ?? Number.POSITIVE_INFINITY) <= at)
          .slice(0, limit),
      facts: (prefix) =>
        [...this.facts].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value })),
      alarms: ({ where, limit }) => ({
        items: rows()
          .filter(({ device, state, type }) =>
            [where.devices?.includes(device), where.states?.includes(state), where.types?.includes(type)].every(
              (fits) => fits !== false,
            ),
          )
          .sort((a, b) => b.occurredAt - a.occurredAt || (a.id < b.id ? 1 : -1))
          .slice(0, limit),
        seq: head(),
      }),
      counts: () => [],
      entriesOf: (kinds, before, limit) =>
        this.entries
          .filter(
            ({ seq, entry }) => kinds.some((kind) => kind === entry.kind) && seq < (before ?? Number.POSITIVE_INFINITY),
          )
          .reverse()
          .slice(0, limit),
    };
  }
}

/** What a file gives back: JSON leaves out what is undefined. */
export const stored = <T>(value: T): T => JSON.parse(JSON.stringify(value));
