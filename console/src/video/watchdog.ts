/** No new picture for this long: the stream is taken up anew. The player itself gives no error when a server goes. */
export const STALLED_AFTER_MS = 3_000;
/** A first picture may take longer: the camera is only now asked for its stream. */
export const OPENING_MAX_MS = 10_000;
const WAIT_MIN_MS = 500;
const WAIT_MAX_MS = 10_000;

/** Milliseconds to wait before the next attempt: doubling from 0.5 s to 10 s, with jitter so that tiles do not march. */
export function waitBeforeRetry(failures: number, random: () => number): number {
  const longest = Math.min(WAIT_MAX_MS, WAIT_MIN_MS * 2 ** Math.max(0, failures));
  return Math.round(Math.max(WAIT_MIN_MS, longest * (0.5 + random() / 2)));
}

export type Sign = 'opening' | 'playing' | 'stalled';

/** Watches the count of decoded pictures. Times are milliseconds of any steady clock. */
export class Watchdog {
  #pictures = 0;
  #movedAt: number;
  #hasPicture = false;

  constructor(now: number) {
    this.#movedAt = now;
  }

  /** When the last new picture was seen, or when the watch began. */
  get movedAt(): number {
    return this.#movedAt;
  }

  look(pictures: number, now: number): Sign {
    if (pictures > this.#pictures) {
      this.#pictures = pictures;
      this.#movedAt = now;
      this.#hasPicture = true;
    }
    const limit = this.#hasPicture ? STALLED_AFTER_MS : OPENING_MAX_MS;
    if (now - this.#movedAt > limit) return 'stalled';
    return this.#hasPicture ? 'playing' : 'opening';
  }
}
