import { setImmediate } from 'node:timers/promises';

type Event = Readonly<{ at: number; order: number; name: string; owner: object | undefined; act: () => void }>;

/** Steps whose names are kept for the report of a failure. */
const TRACE_MAX = 60;

/** Virtual time: what happens next happens at once, and nothing else meanwhile. Milliseconds since 1970. */
export class Timeline {
  now: number;
  steps = 0;
  readonly trace: string[] = [];
  readonly #events: Event[] = [];
  #order = 0;

  constructor(startsAt: number) {
    this.now = startsAt;
  }

  /** Does `act` after so many milliseconds, unless its owner is gone by then. */
  after(ms: number, name: string, act: () => void, owner?: object): void {
    const event = { at: this.now + ms, order: this.#order++, name, owner, act };
    const before = this.#events.findLastIndex((one) => one.at <= event.at);
    this.#events.splice(before + 1, 0, event);
  }

  wait = (ms: number, name: string, owner: object): Promise<void> =>
    new Promise((resolve) => this.after(ms, name, resolve, owner));

  /** What this owner had still to do is never done. */
  forget(owner: object): void {
    const left = this.#events.filter((event) => event.owner !== owner);
    this.#events.splice(0, this.#events.length, ...left);
  }

  /** Lets the next thing happen, and all that follows from it at the same moment; false when nothing is left. */
  async step(): Promise<boolean> {
    const event = this.#events.shift();
    if (event === undefined) return false;
    this.now = Math.max(this.now, event.at);
    this.steps += 1;
    this.note(event.name);
    event.act();
    await settled();
    return true;
  }

  note(what: string): void {
    this.trace.push(`${new Date(this.now).toISOString().slice(11, 23)} ${what}`);
    if (this.trace.length > TRACE_MAX) this.trace.shift();
  }
}

/** Every promise that can go on has gone on: a turn of the loop for those, one more for what the window puts off. */
async function settled(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
