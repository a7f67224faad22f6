import { Slots } from '../evidence/slots.ts';

/** Steps at once, whatever they reach. */
const AT_ONCE = 16;

/** Lets one step at a time at each device, and at most so many in all; the others wait in their order. */
export class Turns {
  readonly #slots = new Slots(AT_ONCE);
  /** Bounded by the steps that are under way. */
  readonly #last = new Map<string, Promise<unknown>>();

  async run<T>(device: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(device) ?? Promise.resolve();
    const mine = before.then(() => this.#slots.run(task));
    const settled = mine.catch(() => undefined); // the caller hears of it
    this.#last.set(device, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(device) === settled) this.#last.delete(device);
    }
  }
}
