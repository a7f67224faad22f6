import { EventEmitter, once } from 'node:events';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { Entry } from '../../gateway/domain/entry.ts';
import {
  type Batch,
  CursorExpired,
  type Cursors,
  type Journal,
  type Recorded,
  type Seq,
} from '../../gateway/journal/journal.ts';

/** A journal in memory for tests of followers: in order, from a cursor, with an end that can be cut off at the front. */
export class MemoryJournal implements Pick<Journal, 'follow' | 'head'> {
  readonly entries: Recorded[] = [];
  readonly #word = new EventEmitter().setMaxListeners(100);
  readonly #batchMax: number;
  #oldest = 1;

  constructor(batchMax = 1000) {
    this.#batchMax = batchMax;
  }

  add(entry: Entry, alarm?: Alarm, at = 0): Recorded {
    const recorded = { seq: this.entries.length + 1, at, entry, alarm };
    this.entries.push(recorded);
    this.#word.emit('added');
    return recorded;
  }

  /** What retention does: nothing before `oldest` can be read any more. */
  forgetBefore(oldest: Seq): void {
    this.#oldest = oldest;
  }

  head = (): Seq => this.entries.length;

  async *follow(cursor: Seq, stop: AbortSignal): AsyncGenerator<Batch> {
    for (let at = cursor; !stop.aborted; ) {
      if (at + 1 < this.#oldest) throw new CursorExpired(at, this.#oldest);
      const entries = this.entries.slice(at, at + this.#batchMax);
      const last = entries.at(-1)?.seq;
      if (last === undefined) await once(this.#word, 'added', { signal: stop }).catch(() => undefined);
      else {
        at = last;
        yield { entries, last };
      }
    }
  }
}

/** Cursors in memory; `stored` lists every move in order, and tells who waits for one. */
export class MemoryCursors implements Cursors {
  readonly stored: Seq[] = [];
  readonly #cursors = new Map<string, Seq>();
  readonly #word = new EventEmitter().setMaxListeners(100);

  read = (follower: string): Seq => this.#cursors.get(follower) ?? 0;

  async store(follower: string, cursor: Seq): Promise<void> {
    this.#cursors.set(follower, cursor);
    this.stored.push(cursor);
    this.#word.emit('stored');
  }

  async reached(follower: string, cursor: Seq): Promise<void> {
    while (this.read(follower) < cursor) await once(this.#word, 'stored');
  }
}
