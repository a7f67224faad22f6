import Database from 'better-sqlite3';
import type { DeviceId } from '../../domain/device.ts';
import type { Cursors, Recorded, Seq } from '../../journal/journal.ts';
import { type Follower, type FollowerPorts, runFollower } from '../follower.ts';
import { WriterThread } from '../writer-thread.ts';
import { VALUE_TABLES } from './value-tables.ts';
import { type FromValuesWriter, type HourOfValue, LATE_MAX_MS, type ToValuesWriter, type Word } from './values-wire.ts';

/** A value as the device said it last. `at` is the device's time where that can be believed, ms since 1970. */
export type DeviceValue = Readonly<{ name: string; value: number; at: number }>;

/** Entries that are read again when the file is new: the last values of a city that measures once in some minutes. */
const FIRST_MAX = 100_000;

/**
 * What every device measured last, and what its values came to hour by hour. A file of its own beside the journal: one
 * row a device and name, one a device, name and hour of the last three days. Deleted, it fills again from the journal's end.
 */
export function openValues(file: string): Values {
  return new Values(file);
}

export class Values {
  readonly #reader: Database.Database;
  readonly #thread: WriterThread<ToValuesWriter, FromValuesWriter>;
  readonly #latest: Database.Statement<[string], DeviceValue>;
  readonly #taken: Database.Statement<[], Seq>;

  constructor(file: string) {
    const maker = new Database(file);
    maker.pragma('journal_mode = WAL');
    maker.exec(VALUE_TABLES);
    maker.close();
    this.#reader = new Database(file, { readonly: true });
    this.#latest = this.#reader.prepare('SELECT name, value, at FROM latest WHERE device = ? ORDER BY name');
    this.#taken = this.#reader.prepare<[], Seq>('SELECT seq FROM taken').pluck();
    const failure = (text: string): Error => new Error(`the file of values cannot be written: ${text}`);
    this.#thread = new WriterThread(new URL('./values-writer.ts', import.meta.url), file, failure);
  }

  /** The last values of one device, by name. */
  of = (device: DeviceId): readonly DeviceValue[] => this.#latest.all(device);
  /** How far the journal is taken; undefined in a new file. */
  taken = (): Seq | undefined => this.#taken.get();

  async take(upTo: Seq, words: readonly Word[]): Promise<void> {
    await this.#thread.ask({ kind: 'take', upTo, words });
  }

  /** At most 1,000 hours that began before then and are not archived as they are now, the oldest first. */
  due = async (before: number): Promise<readonly HourOfValue[]> =>
    (await this.#thread.ask({ kind: 'due', before })).hours;

  async archived(hours: readonly HourOfValue[]): Promise<void> {
    await this.#thread.ask({ kind: 'archived', hours });
  }

  /** Takes out at most 1,000 archived hours that began before then; answers how many. */
  forget = async (before: number): Promise<number> => (await this.#thread.ask({ kind: 'forget', before })).count;

  async close(): Promise<void> {
    await this.#thread.close({ kind: 'close' });
    this.#reader.close();
  }
}

export type KeepValuesPorts = Omit<FollowerPorts, 'name' | 'handle' | 'inFlightMax'> & Readonly<{ values: Values }>;

/** Keeps the values up with the journal. */
export const keepValues = ({ values, ...ports }: KeepValuesPorts): Follower =>
  runFollower({
    ...ports,
    name: 'values',
    isPatient: true,
    cursors: ownCursor(ports, values),
    handle: ({ entries, last }) => values.take(last, entries.flatMap(toWords)),
  });

/** The file knows itself how far it is; the journal is told, so that retention takes nothing before its time. */
const ownCursor = ({ cursors, journal }: Pick<KeepValuesPorts, 'cursors' | 'journal'>, values: Values): Cursors => ({
  read: (follower) => {
    cursors.read(follower);
    return values.taken() ?? Math.max(0, journal.head() - FIRST_MAX);
  },
  store: async (follower, cursor) => {
    await values.take(cursor, []);
    await cursors.store(follower, cursor);
  },
});

function toWords({ entry, at }: Recorded): readonly Word[] {
  if (entry.kind === 'device-removed') return [{ device: entry.device, isGone: true }];
  if (entry.kind !== 'telemetry') return [];
  const { device, values, at: measuredAt = at } = entry.telemetry;
  const finite = Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
  return [{ device, at: measuredAt, values: finite, isLate: at - measuredAt > LATE_MAX_MS }];
}
