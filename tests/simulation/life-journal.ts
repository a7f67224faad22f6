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

export type Outcome = Result<Seq, VersionConflict>;
/** Writes of one call: in one batch, and refused together. */
export type Waiting = Readonly<{
  group: readonly Stamped[];
  resolve: (outcomes: readonly Outcome[]) => void;
  reject: (error: JournalUnavailable) => void;
}>;
type CursorWaiting = Readonly<{ move: CursorMove; resolve: () => void; reject: (error: JournalUnavailable) => void }>;
type UnderWay = {
  epoch: number;
  groups: readonly Waiting[];
  cursors: readonly CursorWaiting[];
  /** Where it stands: with the writer, on the disk or refused, and the writer's word on its way to us or here. */
  state: 'waiting' | 'carried out' | 'told';
  answers: readonly Outcome[] | undefined;
  head: Seq;
};

/** Batches with the writer at once, and the writes that are worth sending behind another: few, so that it happens. */
const UNDER_WAY_MAX = 2;
const WORTH_A_SYNC = 2;

export type JournalPorts = Readonly<{
  disk: Disk;
  timeline: Timeline;
  chance: Chance;
  weather: Weather;
  now: () => number;
}>;

/**
 * One life's way to the disk, as CommitQueue goes it: up to two batches with the writer, which carries them out one
 * after the other, while the next gathers; on the disk some time before it is answered; refused whole when the disk
 * takes nothing, and then also what was sent before we heard of that. Dead, it never answers again.
 */
export class LifeJournal implements Journal {
  readonly #ports: JournalPorts;
  readonly queries: JournalQueries;
  readonly cursors: Cursors;
  readonly #waiting: Waiting[] = [];
  readonly #moves: CursorWaiting[] = [];
  readonly #underWay: UnderWay[] = [];
  #epoch = 0;
  #refusedEpoch = -1;
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
    return this.#underWay.length === 0 && this.#waiting.length === 0 && this.#moves.length === 0;
  }

  append(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const at = this.#ports.now();
    return this.#enqueue(writes.map((write) => ({ write: stored(write), at })));
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
    const begun = this.#underWay.find(({ state }) => state === 'waiting');
    if (begun !== undefined && begun.epoch !== this.#refusedEpoch && !weather.isDiskFull && chance.is(0.5))
      toDisk(disk, begun);
  }

  #store(move: CursorMove): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#moves.push({ move, resolve, reject });
      this.#send();
    });
  }

  #enqueue(group: readonly Stamped[]): Promise<readonly Outcome[]> {
    const { chance, weather } = this.#ports;
    if (chance.is(weather.queueIsFull)) return Promise.reject(new JournalUnavailable('too many writes wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ group, resolve, reject });
      this.#send();
    });
  }

  #send(): void {
    const { weather } = this.#ports;
    const isReady = this.#waiting.length + this.#moves.length > 0;
    const isWorth = this.#underWay.length === 0 || this.#waiting.length >= WORTH_A_SYNC;
    if (this.#underWay.length >= UNDER_WAY_MAX || !isReady || !isWorth) return;
    this.#underWay.push({
      epoch: this.#epoch,
      groups: this.#waiting.splice(0, weather.commitMax),
      cursors: this.#moves.splice(0),
      state: 'waiting',
      answers: undefined,
      head: 0,
    });
    if (this.#underWay.filter(({ state }) => state === 'waiting').length === 1) this.#begin();
  }

  /** The writer takes the next one up, whether or not we have heard of the last. */
  #begin(): void {
    const { timeline, chance, weather } = this.#ports;
    const batch = this.#underWay.find(({ state }) => state === 'waiting');
    if (batch === undefined) return;
    const commitMs = chance.is(weather.slowCommits) ? chance.between(500, 5_000) : chance.between(1, 20);
    timeline.after(commitMs, `commit ${batch.groups.length}`, () => this.#commit(batch), this);
  }

  #commit(batch: UnderWay): void {
    const { disk, timeline, chance, weather } = this.#ports;
    const isRefused = batch.epoch === this.#refusedEpoch || weather.isDiskFull || chance.is(weather.refusals);
    if (isRefused) this.#refusedEpoch = batch.epoch;
    else toDisk(disk, batch);
    batch.state = 'carried out';
    timeline.after(chance.between(0, 5), batch.answers ? 'committed' : 'refused', () => this.#hear(batch), this);
    this.#begin();
  }

  /** What the writer says arrives in order. */
  #hear(batch: UnderWay): void {
    batch.state = 'told';
    while (this.#underWay[0]?.state === 'told') this.#answer(this.#underWay[0]);
    this.#send();
  }

  #answer({ epoch, groups, cursors, answers, head }: UnderWay): void {
    this.#underWay.shift();
    if (answers === undefined) {
      if (epoch === this.#epoch) this.#epoch += 1;
      const refusal = new JournalUnavailable('database or disk is full');
      for (const { reject } of [...groups, ...cursors]) reject(refusal);
    } else {
      this.#head = head;
      let from = 0;
      for (const { group, resolve } of groups) {
        resolve(answers.slice(from, from + group.length));
        from += group.length;
      }
      for (const { resolve } of cursors) resolve();
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    }
  }
}

function toDisk(disk: Disk, batch: UnderWay): void {
  batch.answers = disk.commit(
    batch.groups.flatMap(({ group }) => group),
    batch.cursors.map(({ move }) => move),
  );
  batch.head = disk.entries.length;
}
