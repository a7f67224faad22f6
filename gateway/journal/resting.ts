/** So many times as long as its batch took a follower rests in a flood. */
const REST_TIMES = 20;
/** A rest at most: a batch that took long waited for something outside. */
const REST_MAX_MS = 1_000;
/** A flood: the log grows by more than this in a second. A city's peak, 5,000, is below that. */
const FLOOD_PER_SECOND = 8_000;
/** Over so long: commits come in batches, and between two of them the log does not grow at all. */
const LOOK_EVERY_MS = 100;
/** Who is further behind rests no more, however many come: what is not followed is kept, and the disk has an end. */
const BEHIND_MAX = 2_000_000;

/** Where the log and its patient follower are, and when. */
export type Standing = Readonly<{ now: number; head: number; at: number }>;

/**
 * How long a follower that can wait stands back: in a flood signals go first, since what it has missed is in the file, and
 * what a device sends waits for its answer.
 */
export class Patience {
  #now: number;
  #head: number;
  #perSecond = 0;

  constructor({ now, head }: Pick<Standing, 'now' | 'head'>) {
    this.#now = now;
    this.#head = head;
  }

  /** Milliseconds to rest after a batch that took so long. A clock that was set makes no difference. */
  restAfter(tookMs: number, { now, head, at }: Standing): number {
    const overMs = now - this.#now;
    if (overMs >= LOOK_EVERY_MS) this.#perSecond = ((head - this.#head) * 1_000) / overMs;
    if (overMs >= LOOK_EVERY_MS || overMs < 0) [this.#now, this.#head] = [now, head];
    if (this.#perSecond < FLOOD_PER_SECOND || head - at >= BEHIND_MAX) return 0;
    return Math.min(Math.max(0, REST_TIMES * tookMs), REST_MAX_MS);
  }
}
