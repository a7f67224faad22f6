import type { Device } from '../../domain/device.ts';
import type { Report, Signal } from '../../domain/signal.ts';

/** A signal that the gateway draws from what a device said. `lastsMs`: it counts only after having lasted so long. */
export type Derived = Omit<Signal, 'asDeadLetter'> & Readonly<{ lastsMs?: number }>;

/** What a deriver may look at besides the report. */
export type DerivingContext = Readonly<{
  at: number;
  /** The alarm type of a signal; undefined for other reports. */
  code: string | undefined;
  /** Whether this device has an active alarm of a type: what survives a restart. */
  isActive: (code: string) => boolean;
}>;

/**
 * Draws signals from reports, such as an approach to the track from a collar's position. What follows is decided with
 * the report and acknowledged with it. Its memory is bounded and may be lost: the open alarms say what matters.
 */
export type Deriver = Readonly<{
  name: string;
  derive(device: Device, report: Report, context: DerivingContext): readonly Derived[];
  /** Whether a signal means nothing by itself after what was said before, such as a door that opens after a grant. */
  explains?(device: Device, context: DerivingContext): boolean;
  /** How many reports led to nothing, by reason, since it was last asked. */
  takeRefusals?(): Readonly<Record<string, number>>;
}>;

/** Keeps the latest so many by key; the one that was touched longest ago gives way. */
export class Latest<T> {
  readonly #max: number;
  readonly #items = new Map<string, T>();

  constructor(max: number) {
    this.#max = max;
  }

  get = (key: string): T | undefined => this.#items.get(key);

  set(key: string, item: T): void {
    this.#items.delete(key);
    this.#items.set(key, item);
    const [oldest] = this.#items.keys();
    if (this.#items.size > this.#max && oldest !== undefined) this.#items.delete(oldest);
  }

  delete = (key: string): boolean => this.#items.delete(key);
}
