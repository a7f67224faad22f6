import type { Recorded, Seq } from './journal.ts';

/** Entries kept in memory for followers that keep up: about 8 MiB. Who is further behind reads the file. */
const TAIL_MAX = 4096;

/** The newest entries, so that a follower at the end of the log costs neither a query nor a parse. */
export class Tail {
  #entries: Recorded[] = [];

  push(entries: readonly Recorded[]): void {
    this.#entries.push(...entries);
    if (this.#entries.length > 2 * TAIL_MAX) this.#entries = this.#entries.slice(-TAIL_MAX);
  }

  /** At most `limit` entries after `cursor`; undefined when the tail does not reach back that far. */
  after(cursor: Seq, limit: number): readonly Recorded[] | undefined {
    const first = this.#entries[0]?.seq;
    if (first === undefined || cursor + 1 < first) return undefined;
    const from = cursor + 1 - first;
    return this.#entries.slice(from, from + limit);
  }
}
