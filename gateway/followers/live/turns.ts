/**
 * Work of one turn of the loop: then signals, commands and the live edge get theirs. The time is the wall's: where other
 * programs take the processor, one step may seem to take all of it, and some are done nevertheless.
 */
const TURN_MS = 5;
const STEPS_AT_LEAST = 16;

/**
 * Work that comes in storms (2,000 clients that connect again at once, and want what they missed), done in small steps
 * in the order in which it was asked for. A client has one step waiting at most, so the clients are its bound.
 */
export class Turns {
  readonly #now: () => number;
  #waiting: (() => void)[] = [];
  #isDue = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Answers what the step does, or throws what it throws. */
  do<T>(step: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(step());
        } catch (error) {
          reject(error);
        }
      });
      this.#wake();
    });
  }

  #wake(): void {
    if (this.#isDue || this.#waiting.length === 0) return;
    this.#isDue = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    const startedAt = this.#now();
    let done = 0;
    for (const step of this.#waiting) {
      step();
      done += 1;
      const tookMs = this.#now() - startedAt;
      const isOver = tookMs >= TURN_MS || tookMs < 0; // below zero: the clock was set back
      if (isOver && done >= STEPS_AT_LEAST) break;
    }
    this.#waiting = this.#waiting.slice(done);
    this.#isDue = false;
    this.#wake();
  }
}
