/**
 * Everything that is left to chance in a simulated day comes from here, so that a seed repeats the day exactly.
 * Source: mulberry32, T. Ettinger, public domain.
 */
export class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b;
  }

  /** From 0 up to, not including, 1. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from the first to the second, both included. */
  between = (least: number, most: number): number => least + Math.floor(this.next() * (most - least + 1));

  readonly nextUint32 = (): number => Math.floor(this.next() * 2 ** 32);

  /** True this often: 0 never, 1 always. */
  is = (probability: number): boolean => this.next() < probability;

  pick<const T>(from: readonly [T, ...T[]] | readonly T[]): T {
    return from[Math.floor(this.next() * from.length)] as T; // the index lies within a list that is not empty
  }
}
