import type { Result } from '../../gateway/domain/result.ts';
import {
  type Batch,
  type Cursors,
  type Journal,
  type JournalQueries,
  JournalUnavailable,
  type Recorded,
  type Seq,
  type VersionConflict,
  type Write,
} from '../../gateway/journal/journal.ts';
import type { Chance } from './chance.ts';
import { type CursorMove, type Disk, type Stamped, stored } from './disk.ts';
import type { Timeline } from './timeline.ts';
import type { Weather } from './weather.ts';

type Outcome = Result<Seq, VersionConflict>;
type Waiting = Readonly<{
  stamped: Stamped;
  resolve: (outcome: Outcome) => void;
  reject: (error: JournalUnavailable) => void;
}>;
type CursorWaiting = Readonly<{ move: CursorMove; resolve: () => void; reject: (error: JournalUnavailable) => void }>;
type UnderWay = {
  writes: readonly Waiting[];
  cursors: readonly CursorWaiting[];
  answers: readonly Outcome[] | undefined;
};

export type JournalPorts = Readonly<{
  disk: Disk;
  timeline: Timeline;
  chance: Chance;
  weather: Weather;
  now: () => number;
}>;

/**
 * One life's way to the disk, as CommitQueue goes it: one batch with the writer while the next gathers, on the disk
 * some time before it is answered, refused whole when the disk takes nothing. Dead, it never answers again.
 */
export class LifeJournal implements Journal {
  readonly #ports: JournalPorts;
  readonly queries: JournalQueries;
  readonly cursors: Cursors;
  readonly #waiting: Waiting[] = [];
  readonly #moves: CursorWaiting[] = [];
  #underWay: UnderWay | undefined;
  #head: Seq;
  #wake = Promise.withResolvers<void>();

  constructor(ports: JournalPorts) {
    this.#ports = ports;
    this.#head = ports.disk.entries.length;
    this.queries = ports.disk.queries(this.head);
    this.cursors = {
      read: (follower) => ports.disk.cursors.get(follower) ?? 0,
      store: (follower, seq) => this.#store({ follower, seq }),
    };
  }

  head = (): Seq => this.#head;
  versionOf = (subject: string): number => this.#ports.disk.versions.get(subject) ?? 0;
  read = (cursor: Seq, limit: number): readonly Recorded[] =>
    this.#ports.disk.entries.slice(cursor, Math.min(this.#head, cursor + limit));
  close = (): Promise<void> => Promise.resolve();

  /** Nothing is on its way to the disk, nor back. */
  get isIdle(): boolean {
    return this.#underWay === undefined && this.#waiting.length === 0 && this.#moves.length === 0;
  }

  append(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const at = this.#ports.now();
    return Promise.all(writes.map((write) => this.#enqueue({ write: stored(write), at })));
  }

  async *follow(cursor: Seq, stop: AbortSignal): AsyncGenerator<Batch> {
    for (let at = cursor; !stop.aborted; ) {
      const entries = this.read(at, this.#ports.weather.readMax);
      const last = entries.at(-1)?.seq;
      if (last === undefined) await this.#wake.promise;
      else {
        at = last;
        yield { entries, last };
      }
    }
  }

  /** The process is killed: a batch that the writer had begun may be there whole, though nobody is told. */
  die(): void {
    const { disk, chance, weather } = this.#ports;
    const begun = this.#underWay;
    if (begun !== undefined && begun.answers === undefined && !weather.isDiskFull && chance.is(0.5))
      toDisk(disk, begun);
  }

  #store(move: CursorMove): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#moves.push({ move, resolve, reject });
      this.#send();
    });
  }

  #enqueue(stamped: Stamped): Promise<Outcome> {
    const { chance, weather } = this.#ports;
    if (chance.is(weather.queueIsFull)) return Promise.reject(new JournalUnavailable('too many writes wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ stamped, resolve, reject });
      this.#send();
    });
  }

  #send(): void {
    const { timeline, chance, weather } = this.#ports;
    if (this.#underWay !== undefined || this.isIdle) return;
    const batch: UnderWay = {
      writes: this.#waiting.splice(0, weather.commitMax),
      cursors: this.#moves.splice(0),
      answers: undefined,
    };
    this.#underWay = batch;
    const commitMs = chance.is(weather.slowCommits) ? chance.between(500, 5_000) : chance.between(1, 20);
    timeline.after(commitMs, `commit ${batch.writes.length}`, () => this.#commit(batch), this);
  }

  #commit(batch: UnderWay): void {
    const { disk, timeline, chance, weather } = this.#ports;
    if (!weather.isDiskFull && !chance.is(weather.refusals)) toDisk(disk, batch);
    timeline.after(chance.between(0, 5), batch.answers ? 'committed' : 'refused', () => this.#answer(batch), this);
  }

  #answer({ writes, cursors, answers }: UnderWay): void {
    this.#underWay = undefined;
    if (answers === undefined) {
      const refusal = new JournalUnavailable('database or disk is full');
      for (const { reject } of [...writes, ...cursors]) reject(refusal);
    } else {
      this.#head = this.#ports.disk.entries.length; // one writer: nothing has come since
      for (const [index, answer] of answers.entries()) writes[index]?.resolve(answer);
      for (const { resolve } of cursors) resolve();
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
    this.#send();
  }
}

function toDisk(disk: Disk, batch: UnderWay): void {
  batch.answers = disk.commit(
    batch.writes.map(({ stamped }) => stamped),
    batch.cursors.map(({ move }) => move),
  );
}
