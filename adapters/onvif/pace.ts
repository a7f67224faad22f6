import { setTimeout as sleep } from 'node:timers/promises';

/** Lets callers through one after the other, so many a second. */
export class Pace {
  readonly #gapMs: number;
  #freeAt = 0;

  constructor(perSecond: number) {
    this.#gapMs = 1_000 / perSecond;
  }

  async turn(): Promise<void> {
    const now = performance.now();
    const at = Math.max(now, this.#freeAt);
    this.#freeAt = at + this.#gapMs;
    if (at > now) await sleep(at - now);
  }
}
