import type { Alarm, AlarmId } from '../domain/alarm.ts';
import type { DeviceId } from '../domain/device.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import type { DeviceState } from './decider.ts';
import { evolve } from './evolve.ts';
import { SeenSignals } from './seen.ts';

/** Alarms held beyond the latest of each device and type: those that people are working on right now. */
const OTHERS_MAX = 10_000;

/**
 * The state that the log folds to, as far as decisions need it: the latest alarm of each device and type, and the
 * identities of recent signals. No clock, no I/O; the same entries always give the same book.
 */
export class AlarmBook {
  readonly #open = new Map<DeviceId, Map<string, Alarm>>();
  readonly #byId = new Map<AlarmId, Alarm>();
  readonly #others = new Map<AlarmId, Alarm>();
  readonly #seen = new SeenSignals();

  stateOf(device: DeviceId): DeviceState {
    return { open: this.#open.get(device) ?? NONE, hasSeen: this.#seen.has };
  }

  find = (id: AlarmId): Alarm | undefined => this.#byId.get(id) ?? this.#others.get(id);

  /** Takes in an alarm as stored, at start or when somebody asks for one that is not held. */
  load(alarm: Alarm): void {
    const latest = this.#open.get(alarm.device)?.get(alarm.type);
    if (latest !== undefined && latest.id !== alarm.id && latest.id > alarm.id) this.#keepOther(alarm);
    else this.#keepLatest(alarm);
  }

  /** Takes in a stored alarm that a later one of its device and type has followed. */
  loadOlder = (alarm: Alarm): void => this.#keepOther(alarm);

  rememberSignal = (identity: string): void => this.#seen.add(identity);
  forgetSignal = (identity: string): void => this.#seen.delete(identity);

  /** Folds one entry; answers the alarm as it leaves it. */
  apply(entry: AlarmEntry): Alarm {
    const alarm = evolve(entry.kind === 'raised' ? undefined : this.find(entry.alarm), entry);
    if ('signal' in entry) this.#seen.add(entry.signal);
    if (entry.kind === 'raised' || this.#byId.has(alarm.id)) this.#keepLatest(alarm);
    else this.#keepOther(alarm);
    return alarm;
  }

  /** Forgets what one device has open, so that it is loaded again as the journal holds it. */
  forget(device: DeviceId): void {
    for (const alarm of this.#open.get(device)?.values() ?? []) this.#byId.delete(alarm.id);
    for (const alarm of this.#others.values()) if (alarm.device === device) this.#others.delete(alarm.id);
    this.#open.delete(device);
  }

  #keepLatest(alarm: Alarm): void {
    const types = this.#open.get(alarm.device) ?? new Map<string, Alarm>();
    const former = types.get(alarm.type);
    if (former !== undefined && former.id !== alarm.id) {
      this.#byId.delete(former.id);
      this.#keepOther(former);
    }
    types.set(alarm.type, alarm);
    this.#byId.set(alarm.id, alarm);
    this.#open.set(alarm.device, types);
  }

  #keepOther(alarm: Alarm): void {
    this.#others.delete(alarm.id);
    this.#others.set(alarm.id, alarm);
    const [oldest] = this.#others.keys();
    if (this.#others.size > OTHERS_MAX && oldest !== undefined) this.#others.delete(oldest);
  }
}

const NONE: ReadonlyMap<string, Alarm> = new Map();
