import {
  type Journal,
  JournalUnavailable,
  type Recorded,
  type Seq,
  type Write,
} from '../../gateway/journal/journal.ts';
import type { Disk } from './disk.ts';
import type { Outcome, Waiting } from './life-journal.ts';

type Stored = Readonly<{ groups: readonly Waiting[]; answers: readonly Outcome[] }>;

/** A journal whose disk is moved by hand: what is stored, when it is answered, what is refused, and when all goes dark. */
export class HandJournal implements Journal {
  readonly #disk: Disk;
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  /** On the disk, and not answered yet. */
  #stored: Stored | undefined;

  constructor(disk: Disk, now: () => number) {
    this.#disk = disk;
    this.#now = now;
  }

  head = (): Seq => this.#disk.entries.length;
  versionOf = (subject: string): number => this.#disk.versions.get(subject) ?? 0;
  read = (cursor: Seq, limit: number): readonly Recorded[] => this.#disk.entries.slice(cursor, cursor + limit);
  close = (): Promise<void> => Promise.resolve();

  async *follow(): AsyncGenerator<never> {}

  append(writes: readonly Write[]): Promise<readonly Outcome[]> {
    const at = this.#now();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ group: writes.map((write) => ({ write, at })), resolve, reject });
    });
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#stored === undefined;
  }

  /** The first `count` calls that wait are on the disk; nobody is told yet. One batch is under way at a time. */
  store(count: number): void {
    if (this.#stored !== undefined || this.#waiting.length === 0) return;
    const groups = this.#waiting.splice(0, count);
    this.#stored = {
      groups,
      answers: this.#disk.commit(
        groups.flatMap(({ group }) => group),
        [],
      ),
    };
  }

  answer(): void {
    const { groups = [], answers = [] } = this.#stored ?? {};
    this.#stored = undefined;
    let from = 0;
    for (const { group, resolve } of groups) {
      resolve(answers.slice(from, from + group.length));
      from += group.length;
    }
  }

  /** The disk takes nothing of the first `count` that wait. */
  refuse(count: number): void {
    if (this.#stored !== undefined) return;
    const refusal = new JournalUnavailable('database or disk is full');
    for (const { reject } of this.#waiting.splice(0, count)) reject(refusal);
  }
}
