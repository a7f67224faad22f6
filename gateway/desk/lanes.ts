import type { AlarmBook } from '../alarms/book.ts';
import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { DeviceId } from '../domain/device.ts';
import type { AlarmEntry, Entry, OtherEntry } from '../domain/entry.ts';
import {
  type Journal,
  type JournalQueries,
  JournalUnavailable,
  type NewEntry,
  type Write,
} from '../journal/journal.ts';
import { HeardReports } from './heard-reports.ts';

/** One device's way into the journal: how far it has been written, and what is still on its way. */
type Lane = { version: number; inFlight: number; last: Promise<void>; isBroken: boolean };
/** A write of one device that is on its way; `isStored` once that is known. */
type UnderWay = Readonly<{ device: DeviceId; lane: Lane; write: Write; identities: readonly string[] }> & {
  isStored: boolean;
};
/** What was decided in one turn of the loop: it goes to the journal together, and one promise serves it all. */
type Gathering = Readonly<{ underWay: UnderWay[]; stored: Promise<void> }>;

/** States in which an alarm is still somebody's work, or may be joined by a repeat. */
const NOT_CLOSED = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved'];
/** More alarms of one device that are not closed are not looked at again after a refused write. */
const RELOADED_MAX = 1000;
const SETTLED = Promise.resolve();
const brokenBefore = (): JournalUnavailable => new JournalUnavailable('an earlier entry of this device was refused');
/** The alarm that was raised last is among so many that happened last: devices' clocks are not that far apart. */
const LATEST_AMONG = 50;

/**
 * Keeps the book and the journal together. A decision is folded into the book at once, so that the next signal sees
 * it, and is on its way to the disk; when the disk refuses it, the device's part of the book is read back from the
 * journal, and everything that was built on it is refused as well by its version.
 */
export class AlarmLanes {
  readonly #journal: Journal;
  readonly #queries: JournalQueries;
  readonly #book: AlarmBook;
  /** One for each device that has ever said something: bounded by the registry. */
  readonly #lanes = new Map<DeviceId, Lane>();
  #gathering: Gathering | undefined;
  /** What goes into the log beside the alarms. */
  readonly heard = new HeardReports();

  constructor(journal: Journal, queries: JournalQueries, book: AlarmBook) {
    this.#journal = journal;
    this.#queries = queries;
    this.#book = book;
  }

  stateOf = (device: DeviceId) => this.#book.stateOf(device);

  find(id: AlarmId): Alarm | undefined {
    const held = this.#book.find(id);
    if (held !== undefined) return held;
    const stored = this.#queries.alarm(id);
    if (stored !== undefined) this.#load(stored);
    return stored;
  }

  /**
   * Resolves once the entries are durable, with the alarm as the last of them left it. What stands `beside` them, such
   * as the status that an alarm is about, is in the same write. Throws JournalUnavailable.
   */
  async commit(
    device: DeviceId,
    entries: readonly AlarmEntry[],
    beside: readonly OtherEntry[] = [],
  ): Promise<Alarm | undefined> {
    const lane = this.#laneOf(device);
    if (lane.isBroken) throw brokenBefore();
    const { underWay, stored } = this.#write(device, lane, entries, beside);
    try {
      await stored;
    } catch (error) {
      if (!underWay.isStored) throw error;
    }
    return underWay.write.entries.at(-1)?.alarm;
  }

  /**
   * The same for one of many that come at once: resolves once all that was decided in this turn of the loop is durable.
   * Where any of it is refused it throws, though this one may be stored: who brought them brings them all again.
   */
  enter(device: DeviceId, entries: readonly AlarmEntry[], beside: readonly OtherEntry[]): Promise<void> {
    const lane = this.#laneOf(device);
    if (lane.isBroken) return Promise.reject(brokenBefore());
    return this.#write(device, lane, entries, beside).stored;
  }

  /** Resolves once everything that this device has on its way is durable: what repeats it may then be acknowledged. */
  settled = (device: DeviceId): Promise<void> => this.#lanes.get(device)?.last ?? SETTLED;

  #write(
    device: DeviceId,
    lane: Lane,
    entries: readonly AlarmEntry[],
    beside: readonly OtherEntry[],
  ): Readonly<{ underWay: UnderWay; stored: Promise<void> }> {
    const all: NewEntry[] = beside.map((entry) => ({ entry, alarm: undefined }));
    for (const entry of entries) all.push({ entry, alarm: this.#book.apply(entry) });
    const write = { subject: `device/${device}`, expectedVersion: lane.version, entries: all };
    lane.version += all.length;
    lane.inFlight += 1;
    const underWay = { device, lane, write, identities: this.#remember(all), isStored: false };
    this.#gathering ??= this.#newGathering();
    this.#gathering.underWay.push(underWay);
    lane.last = this.#gathering.stored;
    return { underWay, stored: this.#gathering.stored };
  }

  /** Known again though it may come to nothing: else a late repeat of a beginning would wait once more, after its end. */
  #remember(all: readonly NewEntry[]): readonly string[] {
    const identities: string[] = [];
    for (const { entry } of all) identities.push(...identityIn(entry));
    for (const identity of identities) this.#book.rememberSignal(identity);
    return identities;
  }

  #newGathering(): Gathering {
    const underWay: UnderWay[] = [];
    const stored = Promise.resolve().then(() => {
      this.#gathering = undefined;
      return this.#store(underWay);
    });
    return { underWay, stored };
  }

  async #store(underWay: readonly UnderWay[]): Promise<void> {
    try {
      const outcomes = await this.#journal.append(underWay.map(({ write }) => write));
      for (const [at, one] of underWay.entries()) one.isStored = outcomes[at]?.ok === true;
      if (underWay.some(({ isStored }) => !isStored))
        throw new JournalUnavailable('the device was written by somebody else');
    } finally {
      for (const one of underWay) this.#settle(one);
    }
  }

  #settle({ device, lane, identities, isStored }: UnderWay): void {
    lane.inFlight -= 1;
    if (!isStored) {
      lane.isBroken = true;
      for (const identity of identities) this.#book.forgetSignal(identity);
    }
    if (lane.isBroken && lane.inFlight === 0) this.#readBack(device);
  }

  #readBack(device: DeviceId): void {
    this.#book.forget(device);
    this.#lanes.delete(device);
    const where = { regions: [], devices: [device], states: NOT_CLOSED };
    for (const alarm of this.#queries.alarms({ where, after: undefined, limit: RELOADED_MAX }).items) {
      this.#load(alarm);
    }
  }

  /** Signals join the latest alarm of their type, or none where that is closed: an older one must not take its place. */
  #load(alarm: Alarm): void {
    const isHeld = this.#book.stateOf(alarm.device).open.has(alarm.type);
    if (isHeld || this.#isLatest(alarm)) this.#book.load(alarm);
    else this.#book.loadOlder(alarm);
  }

  #isLatest({ device, type, id }: Alarm): boolean {
    const where = { regions: [], devices: [device], types: [type] };
    return this.#queries.alarms({ where, after: undefined, limit: LATEST_AMONG }).items.every((one) => one.id <= id);
  }

  #laneOf(device: DeviceId): Lane {
    const known = this.#lanes.get(device);
    if (known !== undefined) return known;
    const version = this.#journal.versionOf(`device/${device}`);
    const lane: Lane = { version, inFlight: 0, last: Promise.resolve(), isBroken: false };
    this.#lanes.set(device, lane);
    return lane;
  }
}

/**
 * By what the signal of an entry is known again: of one that led to it, or of a beginning that waits by it. An end that
 * waits may be told again, and must count, after a beginning has taken its place.
 */
export function identityIn(entry: Entry): readonly string[] {
  if (entry.kind === 'signal-held') return entry.held.signal.active === false ? [] : [entry.held.identity];
  return 'signal' in entry ? [entry.signal] : [];
}
