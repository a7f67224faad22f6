import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { isOpen } from './states.ts';

/** Beyond this the oldest are let go, archived ones first; the gateway still has them. */
export const ALARMS_MAX = 5_000;

/** The alarms this page holds, each in its newest version seen. */
export class AlarmBook {
  readonly #alarms = new Map<string, Alarm>();
  readonly #max: number;

  constructor(max: number = ALARMS_MAX) {
    this.#max = max;
  }

  /** Takes the alarm only if it is newer than what is held: answers may overtake each other, versions do not. */
  put(alarm: Alarm): boolean {
    const held = this.#alarms.get(alarm.id);
    if (held !== undefined && held.version >= alarm.version) return false;
    this.#alarms.set(alarm.id, alarm);
    return true;
  }

  putAll(alarms: Iterable<Alarm>): void {
    for (const alarm of alarms) this.put(alarm);
    this.#shed();
  }

  /** Starts again from a page of the gateway; `kept` stays whatever the page says. */
  reset(alarms: Iterable<Alarm>, kept: string | undefined): void {
    const keep = kept === undefined ? undefined : this.#alarms.get(kept);
    this.#alarms.clear();
    if (keep !== undefined) this.#alarms.set(keep.id, keep);
    this.putAll(alarms);
  }

  get = (id: string): Alarm | undefined => this.#alarms.get(id);
  all = (): readonly Alarm[] => [...this.#alarms.values()];
  get size(): number {
    return this.#alarms.size;
  }

  #shed(): void {
    const excess = this.#alarms.size - this.#max;
    if (excess <= 0) return;
    const least = this.all().slice().sort(byWorth).slice(0, excess);
    for (const { id } of least) this.#alarms.delete(id);
  }
}

/** The least worth keeping first: not open before open, then the oldest. */
function byWorth(a: Alarm, b: Alarm): number {
  return Number(isOpen(a)) - Number(isOpen(b)) || a.lastAt.localeCompare(b.lastAt);
}
