const WINDOW_S = 5;

/** Bits a second over the last full seconds, in a fixed number of buckets. */
export class BitRate {
  readonly #bytes = new Array<number>(WINDOW_S + 1).fill(0);
  readonly #seconds = new Array<number>(WINDOW_S + 1).fill(-1);

  add(bytes: number, at: number): void {
    const second = Math.floor(at / 1000);
    const slot = second % (WINDOW_S + 1);
    if (this.#seconds[slot] !== second) this.#bytes[slot] = 0;
    this.#seconds[slot] = second;
    this.#bytes[slot] = (this.#bytes[slot] ?? 0) + bytes;
  }

  /** The running second is left out: it is not over. */
  bitsPerSecond(at: number): number {
    const running = Math.floor(at / 1000);
    let total = 0;
    this.#seconds.forEach((second, slot) => {
      if (second < running && second >= running - WINDOW_S) total += this.#bytes[slot] ?? 0;
    });
    return Math.round((total * 8) / WINDOW_S);
  }
}
