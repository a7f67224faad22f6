import type { AlarmBook } from '../alarms/book.ts';
import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { DeviceId } from '../domain/device.ts';
import type { AlarmEntry, Entry, OtherEntry } from '../domain/entry.ts';
import { type Journal, type JournalQueries, JournalUnavailable, type Write } from '../journal/journal.ts';
import { HeardReports } from './heard-reports.ts';

/** One device's way into the journal: how far it has been written, and what is still on its way. */
type Lane = { version: number; inFlight: number; last: Promise<void>; isBroken: boolean };
/** What was decided in one turn of the loop: it goes to the journal together, so that one promise serves them all. */
type Gathering = Readonly<{ writes: Write[]; appended: ReturnType<Journal['append']> }>;

/** States in which an alarm is still somebody's work, or may be joined by a repeat. */
const NOT_CLOSED = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved'];
/** More alarms of one device that are not closed are not looked at again after a refused write. */
const RELOADED_MAX = 1000;
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
  commit(
    device: DeviceId,
    entries: readonly AlarmEntry[],
    beside: readonly OtherEntry[] = [],
  ): Promise<Alarm | undefined> {
    const lane = this.#laneOf(device);
    if (lane.isBroken) return Promise.reject(new JournalUnavailable('an earlier entry of this device was refused'));
    const written = entries.map((entry) => ({ entry, alarm: this.#book.apply(entry) }));
    const all = [...beside.map((entry) => ({ entry, alarm: undefined })), ...written];
    const expectedVersion = lane.version;
    lane.version += all.length;
    lane.inFlight += 1;
    // known again though it may come to nothing: else a late repeat of a beginning would wait once more, after its end
    const identities = [...entries, ...beside].flatMap(identityIn);
    for (const identity of identities) this.#book.rememberSignal(identity);
    const write = { subject: `device/${device}`, expectedVersion, entries: all };
    const stored = this.#store(device, lane, write, identities);
    lane.last = stored;
    return stored.then(() => written.at(-1)?.alarm);
  }

  /** Resolves once everything that this device has on its way is durable: what repeats it may then be acknowledged. */
  settled = async (device: DeviceId): Promise<void> => this.#lanes.get(device)?.last;

  async #store(device: DeviceId, lane: Lane, write: Write, identities: readonly string[]): Promise<void> {
    try {
      const { writes, appended } = this.#gather();
      const at = writes.push(write) - 1;
      const outcome = (await appended)[at];
      if (outcome?.ok !== true) throw new JournalUnavailable('the device was written by somebody else');
    } catch (error) {
      lane.isBroken = true;
      for (const identity of identities) this.#book.forgetSignal(identity);
      throw error;
    } finally {
      lane.inFlight -= 1;
      if (lane.isBroken && lane.inFlight === 0) this.#readBack(device);
    }
  }

  #gather(): Gathering {
    if (this.#gathering !== undefined) return this.#gathering;
    const writes: Write[] = [];
    const appended = Promise.resolve().then(() => {
      this.#gathering = undefined;
      return this.#journal.append(writes);
    });
    this.#gathering = { writes, appended };
    return this.#gathering;
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
