import type { DeviceId } from '../domain/device.ts';
import type { HeldSignal, OtherEntry } from '../domain/entry.ts';
import { Waiting } from './waiting.ts';

/** Beginnings that wait at once; past it they count at once, which is the safe side. */
const HELD_MAX = 100_000;

/** What waits for having lasted (延时确认). Its entries are in the log, so that a crash forgets none. */
export class Holding {
  readonly #held = new Waiting<HeldSignal>();
  readonly #stored: (device: DeviceId) => Iterable<HeldSignal>;

  /** `stored`: what the log holds of one device, asked for when it refused a change. */
  constructor(held: Iterable<HeldSignal>, stored: (device: DeviceId) => Iterable<HeldSignal>) {
    this.#stored = stored;
    for (const one of held) this.#put(one);
  }

  get isFull(): boolean {
    return this.#held.size >= HELD_MAX;
  }

  has = (device: DeviceId, code: string): boolean => this.#held.has(keyOf(device, code));

  /** The entry by which it waits, in place of what waited before. */
  add(held: HeldSignal): OtherEntry {
    this.#put(held);
    return { kind: 'signal-held', held };
  }

  /** The entry by which it waits no longer. */
  release(device: DeviceId, code: string): OtherEntry {
    this.#held.delete(keyOf(device, code));
    return { kind: 'signal-released', device, code };
  }

  /** The log did not take a change: what it holds counts. */
  readBack(device: DeviceId, code: string): void {
    this.#held.delete(keyOf(device, code));
    for (const held of this.#stored(device)) if (held.code === code) this.#put(held);
  }

  takeDue = (at: number): readonly HeldSignal[] => this.#held.takeDue(at);

  #put(held: HeldSignal): void {
    this.#held.add(keyOf(held.device, held.code), held, held.dueAt);
  }
}

const keyOf = (device: DeviceId, code: string): string => `${device} ${code}`;
