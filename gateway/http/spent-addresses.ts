/** Addresses that are opened in the time that one lives, at most: 2,000 operators who open 100 pictures a minute. */
export const SPENT_MAX = 200_000;

/**
 * Which signed addresses have been opened: each opens once, so that one that was overheard or copied opens nothing. They
 * are remembered for at least as long as an address lives, in two generations of that length.
 */
export class SpentAddresses {
  readonly #lifeMs: number;
  #young = new Set<string>();
  #old = new Set<string>();
  #turnsAt = 0;

  /** `lifeMs`: how long an address may live at most. */
  constructor(lifeMs: number) {
    this.#lifeMs = lifeMs;
  }

  /** Spends an address, and answers why it opens nothing where it does not. `now` in ms, of a clock that may jump. */
  spend(address: string, now: number): 'replayed' | 'busy' | undefined {
    if (now >= this.#turnsAt || now < this.#turnsAt - this.#lifeMs) this.#turn(now);
    if (this.#young.has(address) || this.#old.has(address)) return 'replayed';
    if (this.#young.size + this.#old.size >= SPENT_MAX) return 'busy';
    this.#young.add(address);
    return undefined;
  }

  #turn(now: number): void {
    this.#turnsAt = now + this.#lifeMs;
    this.#old = this.#young;
    this.#young = new Set();
  }
}
