import type { Journal, Recorded, Seq } from '../../journal/journal.ts';

/**
 * When busy, entries wait this long for others to go out with; a lone one does not wait. Where handing out itself takes
 * long, as with thousands of clients that all see everything, they wait four times as long as that, up to a bound.
 */
const [GATHER_MS, GATHER_LONGEST_MS] = [50, 100];
const OF_HANDING_OUT = 4;
/** Entries that wait at most: a burst goes out in pieces of this size. */
const GATHER_MAX = 2_000;

/**
 * The live edge: every entry up to `seq` has been handed to all who are in their rooms. It moves in one step of the
 * loop, so who reads the journal up to it and joins in the same step has no gap and nothing twice.
 */
export class Edge {
  #seq: Seq;
  #waiting: Recorded[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastFlushAt = 0;
  #gatherMs = GATHER_MS;
  #waiters: { seq: Seq; resolve: () => void }[] = [];
  readonly #handOut: (entries: readonly Recorded[]) => void;
  readonly #now: () => number;

  constructor(seq: Seq, now: () => number, handOut: (entries: readonly Recorded[]) => void) {
    this.#seq = seq;
    this.#now = now;
    this.#handOut = handOut;
  }

  get seq(): Seq {
    return this.#seq;
  }

  /** Hands out what the journal holds behind the edge, as it comes, until `stop`. Throws what the journal throws. */
  async follow(journal: Pick<Journal, 'follow'>, stop: AbortSignal): Promise<void> {
    for await (const { entries } of journal.follow(this.#taken, stop)) this.#take(entries);
  }

  /** Goes on at `seq`, without what lies between: the journal no longer holds it. */
  jumpTo(seq: Seq): void {
    this.stop();
    this.#waiting = [];
    this.#seq = seq;
    this.#wake();
  }

  stop = (): void => clearTimeout(this.#timer);

  get #taken(): Seq {
    return this.#waiting.at(-1)?.seq ?? this.#seq;
  }

  /** Resolves once the edge has reached `seq`. */
  async reached(seq: Seq): Promise<void> {
    if (seq <= this.#seq) return;
    await new Promise<void>((resolve) => {
      this.#waiters.push({ seq, resolve });
      if (this.#waiting.length > 0) this.#flush();
    });
  }

  #take(entries: readonly Recorded[]): void {
    this.#waiting.push(...entries);
    const sinceFlushMs = this.#now() - this.#lastFlushAt;
    const isBusy = sinceFlushMs >= 0 && sinceFlushMs < this.#gatherMs;
    if (!isBusy || this.#waiting.length >= GATHER_MAX || this.#waiters.length > 0) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), this.#gatherMs - sinceFlushMs);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lastFlushAt = this.#now();
    const entries = this.#waiting;
    this.#waiting = [];
    this.#seq = entries.at(-1)?.seq ?? this.#seq;
    this.#handOut(entries);
    const tookMs = this.#now() - this.#lastFlushAt;
    this.#gatherMs = Math.min(GATHER_LONGEST_MS, Math.max(GATHER_MS, OF_HANDING_OUT * tookMs));
    this.#wake();
  }

  #wake(): void {
    const reached = this.#waiters.filter(({ seq }) => seq <= this.#seq);
    this.#waiters = this.#waiters.filter(({ seq }) => seq > this.#seq);
    for (const { resolve } of reached) resolve();
  }
}
