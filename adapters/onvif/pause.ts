import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, or less when `stop` says so; never rejects. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  if (ms <= 0 || stop.aborted) return;
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined); // it rejects only when stopped
}

/**
 * Full jitter: anything up to a ceiling that doubles with each failure, so that a thousand cameras that lost their
 * power together do not come back together.
 */
export class Backoff {
  #failures = 0;
  readonly #leastMs: number;
  readonly #mostMs: number;
  readonly #random: () => number;

  constructor(leastMs: number, mostMs: number, random: () => number) {
    this.#leastMs = leastMs;
    this.#mostMs = mostMs;
    this.#random = random;
  }

  nextMs(): number {
    const ceiling = Math.min(this.#mostMs, this.#leastMs * 2 ** Math.min(this.#failures, 30));
    this.#failures += 1;
    return this.#random() * ceiling;
  }

  reset(): void {
    this.#failures = 0;
  }
}
