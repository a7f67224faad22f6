import { isDeepStrictEqual } from 'node:util';
import { AlarmBook } from '../../gateway/alarms/book.ts';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { AlarmEntry, Entry } from '../../gateway/domain/entry.ts';
import type { Recorded } from '../../gateway/journal/journal.ts';
import { type Disk, stored } from './disk.ts';

/** The laws of the log, checked entry by entry as they come to the disk, on a fold of its own. */
export class LogLaws {
  readonly #disk: Disk;
  readonly #alarms = new Map<string, Alarm>();
  readonly #signals = new Set<string>();
  readonly #isSteady: (device: string) => boolean;
  /** The number of each device's last word in the log. */
  readonly #words = new Map<string, number>();
  /** Devices that have flapped. */
  readonly #flapped = new Set<string>();
  readonly #reopened = new Set<string>();
  readonly book = new AlarmBook();
  #checked = 0;

  /** `isSteady`: by no clock's fault can this device's words come in another order than it said them. */
  constructor(disk: Disk, isSteady: (device: string) => boolean) {
    this.#disk = disk;
    this.#isSteady = isSteady;
  }

  get alarms(): number {
    return this.#alarms.size;
  }

  /** Throws with the first law that the new entries break. */
  check(): void {
    for (const recorded of this.#disk.entries.slice(this.#checked)) {
      this.#checked += 1;
      expectThat(recorded.seq === this.#checked, `the log has a gap before ${recorded.seq}`);
      const { entry } = recorded;
      if (entry.kind === 'signal-held') this.#flapped.add(entry.held.device);
      if (isAboutAlarm(entry)) this.#checkAlarm(recorded, entry);
    }
  }

  #checkAlarm({ seq, alarm }: Recorded, entry: AlarmEntry): void {
    const id = entry.kind === 'raised' ? entry.raised.id : entry.alarm;
    const before = this.#alarms.get(id);
    if ('signal' in entry) {
      expectThat(
        !this.#signals.has(entry.signal),
        `the signal ${entry.signal} is in the journal twice, again at ${seq}`,
      );
      this.#signals.add(entry.signal);
    }
    expectThat(alarm !== undefined && alarm.id === id, `entry ${seq} holds no alarm ${id}`);
    if (alarm === undefined) return;
    if (this.#isSteady(alarm.device)) this.#checkOrder(alarm, entry, seq);
    expectThat(
      alarm.version === (before?.version ?? 0) + 1,
      `version ${before?.version} of ${id} became ${alarm.version}`,
    );
    if (before !== undefined) checkSides(before, alarm, entry, seq);
    if (entry.kind === 'reopened') this.#reopened.add(id);
    this.#alarms.set(id, alarm);
    expectThat(isSame(stored(this.book.apply(entry)), alarm), `entry ${seq} folds to another alarm than it holds`);
    this.#checkOneOpen(alarm);
  }

  /**
   * A device's words come in the order in which it said them, while it is calm. Of one that flaps, a word that was folded
   * may be heard again after a crash, and an end waits: there the last word counts, which is looked at in the evening.
   */
  #checkOrder({ device, type }: Alarm, entry: AlarmEntry, seq: number): void {
    if (type === 'device.flapping') this.#flapped.add(device);
    const [word, last] = [wordOf(entry), this.#words.get(device) ?? 0];
    if (word === undefined || this.#flapped.has(device)) return;
    expectThat(word > last, `entry ${seq} is word ${word} of ${device}, after its word ${last}`);
    this.#words.set(device, word);
  }

  #checkOneOpen({ device, type }: Alarm): void {
    const open = [...this.#alarms.values()].filter(
      (one) => one.device === device && one.type === type && isOpen(one) && !this.#reopened.has(one.id),
    );
    expectThat(open.length < 2, `two open alarms of ${device} and ${type}: ${open.map(({ id }) => id).join(', ')}`);
  }
}

/** Devices number what they say: in the id, or in the value where there is no id. */
function wordOf(entry: AlarmEntry): number | undefined {
  if (!('signal' in entry)) return undefined;
  const byId = numberIn(entry.signal);
  if (byId !== undefined) return byId;
  if (entry.kind === 'raised') return entry.raised.value;
  return entry.kind === 'repeated' ? entry.seen.value : undefined;
}

function numberIn(identity: string): number | undefined {
  const digits = /:e(\d+)$/.exec(identity)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const isOpen = ({ condition, state }: Alarm): boolean =>
  condition === 'active' && state !== 'resolved' && state !== 'closed';

/** What a device says leaves people's side alone, and the other way round. */
function checkSides(before: Alarm, after: Alarm, entry: AlarmEntry, seq: number): void {
  const isDevices = 'signal' in entry;
  const side = isDevices
    ? ({ state, verdict, assignee, centre, shelvedUntil, evidence }: Alarm) => ({
        state,
        verdict,
        assignee,
        centre,
        shelvedUntil,
        evidence,
      })
    : ({ condition, count, lastAt, severity, value, text }: Alarm) => ({
        condition,
        count,
        lastAt,
        severity,
        value,
        text,
      });
  expectThat(isSame(side(before), side(after)), `entry ${seq} (${entry.kind}) changed the other side of ${after.id}`);
}

/** What is undefined is not there; most are the same to the letter, which is quicker seen. */
export const isSame = (a: unknown, b: unknown): boolean => isDeepStrictEqual(a, b) || sorted(a) === sorted(b);

/** JSON with its keys in order. */
const sorted = (value: unknown): string =>
  JSON.stringify(value ?? null, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const isAboutAlarm = (entry: Entry): entry is AlarmEntry =>
  entry.kind === 'raised' || ('alarm' in entry && typeof entry.alarm === 'string');

export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
