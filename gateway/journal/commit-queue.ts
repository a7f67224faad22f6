import { Worker } from 'node:worker_threads';
import { failed, ok, type Result } from '../domain/result.ts';
import { JournalUnavailable, type Seq, type VersionConflict, type Write } from './journal.ts';
import { type Answer, type CursorMove, type Group, toBatch } from './sqlite-batch.ts';
import { pack, unpackAnswers } from './sqlite-packing.ts';
import type { Trimmed } from './sqlite-trim.ts';
import type { FromWriter, ToWriter, Trim } from './sqlite-wire.ts';
import type { StorageFault } from './storage-fault.ts';
import { SyncPace } from './sync-pace.ts';

/** Writes in one transaction: past this the gain of sharing a sync is small and the wait grows. One group may be larger. */
const BATCH_MAX = 1024;
/** Batches with the writer at once: while it syncs one, the next lies ready. */
const UNDER_WAY_MAX = 2;
/** So many writes are worth a sync of their own: fewer wait for the one under way and share the next. */
const WORTH_A_SYNC = 256;
/** Writes that wait for the disk: some 50 MiB; the windows of the adapters are far smaller. */
export const WAITING_MAX = 50_000;
/** How often a journal that refuses looks whether its disk takes something again. */
const RECOVER_EVERY_MS = 1000;

export type Outcome = Result<Seq, VersionConflict>;
type Refusable = Readonly<{ reject: (reason: JournalUnavailable) => void }>;
type Waiting = Refusable & Readonly<{ group: Group; resolve: (outcomes: readonly Outcome[]) => void }>;
type CursorWaiting = Refusable & Readonly<{ move: CursorMove; resolve: () => void }>;
type TrimWaiting = Refusable & Readonly<{ trim: Trim; resolve: (done: Trimmed) => void }>;
type BatchJob = Readonly<{
  kind: Exclude<ToWriter['kind'], 'close' | 'trim'>;
  epoch: number;
  groups: readonly Waiting[];
  cursors: readonly CursorWaiting[];
}>;
type Job = BatchJob | (Readonly<{ kind: 'trim' }> & TrimWaiting);

export type QueuePorts = Readonly<{
  /** Hears of every batch that is durable, before its callers do. */
  onCommit: (groups: readonly Group[], answers: readonly Answer[], head: Seq) => void;
  /** What the log itself says when it began to refuse (`fault`) and when it takes entries again (undefined). */
  storageWrite: (fault: StorageFault | undefined) => Group;
  onStorage: (fault: StorageFault | undefined) => void;
  /** The thread itself is gone and does not come back. */
  onLost: (error: unknown) => void;
}>;

/**
 * Group commit: what comes while the writer thread syncs shares the next transaction, and a full one is with the
 * thread before it is done with the last. Answers come in the order of the calls. After a refused batch, those that
 * were sent before we heard of it are refused as well: nothing overtakes what was refused. When the disk takes
 * nothing any more, everything is refused at once until it does again.
 */
export class CommitQueue {
  readonly #worker: Worker;
  readonly #ports: QueuePorts;
  #waiting: Waiting[] = [];
  #waitingWrites = 0;
  readonly #cursors: CursorWaiting[] = [];
  /** One slice of retention at most: who asks for the next has first to hear of this one, and a batch goes between. */
  readonly #trims: TrimWaiting[] = [];
  /** With the thread, in order: at most UNDER_WAY_MAX, and what the journal has to say of its own disk. */
  readonly #underWay: Job[] = [];
  #epoch = 0;
  #isSendingSoon = false;
  readonly #pace = new SyncPace(() => this.#sendNext());
  #fault: StorageFault | undefined;
  #recovery: NodeJS.Timeout | undefined;
  #broken: unknown;
  #isClosing = false;

  private constructor(worker: Worker, ports: QueuePorts, fault: StorageFault | undefined) {
    this.#worker = worker;
    this.#ports = ports;
    worker.on('message', (message: FromWriter) => this.#settle(message));
    worker.on('error', (error) => this.#fail(error));
    if (fault !== undefined) this.#refuseAll(fault);
  }

  /** Starts the thread; answers once its tables are there. */
  static async open(file: string, ports: QueuePorts): Promise<{ queue: CommitQueue; head: Seq; synchronous: number }> {
    const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), { workerData: { file } });
    const ready = await new Promise<FromWriter>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (ready.kind !== 'ready') throw new Error('the journal writer did not start');
    return {
      queue: new CommitQueue(worker, ports, ready.fault),
      head: ready.head,
      synchronous: ready.synchronous,
    };
  }

  /** Why nothing can be stored now; undefined while all is well. */
  fault(): string | undefined {
    if (this.#broken !== undefined) return 'the writer thread has ended';
    return this.#fault?.text;
  }

  /** Writes that wait for the disk, of WAITING_MAX at most. */
  get waiting(): number {
    return this.#waitingWrites;
  }

  /** In one transaction, whole or not at all but for what is answered with a conflict. Throws JournalUnavailable. */
  append(group: Group): Promise<readonly Outcome[]> {
    if (group.writes.length === 0) return Promise.resolve([]);
    if (this.#waitingWrites + group.writes.length > WAITING_MAX && this.#refusal() === undefined)
      return Promise.reject(new JournalUnavailable('too many writes wait'));
    return this.#enter((reply) => {
      this.#waiting.push({ group, ...reply });
      this.#waitingWrites += group.writes.length;
    });
  }

  /** Goes along with the next batch, or alone soon: after a crash what had been done since is done again. */
  storeCursor(follower: string, seq: Seq): Promise<void> {
    return this.#enter((reply) => {
      this.#cursors.push({ move: { follower, seq }, ...reply });
      this.#pace.cursorWaits();
    });
  }

  /** Takes one slice of old entries out. Throws JournalUnavailable. */
  trim(trim: Trim): Promise<Trimmed> {
    return this.#enter((reply) => this.#trims.push({ trim, ...reply }));
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#recovery);
    this.#pace.cursorsNow();
    while (this.#underWay.length > 0) await new Promise((resolve) => this.#worker.once('message', resolve));
    if (this.#broken !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#post({ kind: 'close' });
    await ended;
  }

  #enter<Answered>(
    queue: (reply: Refusable & Readonly<{ resolve: (answer: Answered) => void }>) => void,
  ): Promise<Answered> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      queue({ resolve, reject });
      this.#sendSoon();
    });
  }

  #refusal(): JournalUnavailable | undefined {
    const cause = this.fault() ?? (this.#isClosing ? 'the journal is being closed' : undefined);
    return cause === undefined ? undefined : new JournalUnavailable(this.#broken ?? cause);
  }

  /** What is appended in the same turn of the loop goes together. */
  #sendSoon(): void {
    if (this.#isSendingSoon) return;
    this.#isSendingSoon = true;
    queueMicrotask(() => {
      this.#isSendingSoon = false;
      this.#sendNext();
    });
  }

  #sendNext(): void {
    if (this.#broken !== undefined || (!this.#isClosing && this.#pace.gathers(this.#waitingWrites))) return;
    while (this.#mayGoNow()) {
      const trim = this.#trims.shift();
      if (trim !== undefined) this.#send({ kind: 'trim', ...trim });
      else {
        const groups = this.#takeGroups();
        this.#send({ kind: 'commit', epoch: this.#epoch, groups, cursors: this.#takeCursors() });
      }
    }
  }

  #takeCursors(): readonly CursorWaiting[] {
    this.#pace.cursorsTaken();
    return this.#cursors.splice(0);
  }

  #mayGoNow(): boolean {
    if (this.#underWay.length === 0) return this.#waiting.length + this.#trims.length > 0 || this.#areCursorsDue();
    return this.#underWay.length < UNDER_WAY_MAX && this.#waitingWrites >= WORTH_A_SYNC;
  }

  #areCursorsDue = (): boolean => this.#pace.areCursorsDue && this.#cursors.length > 0;

  #takeGroups(): readonly Waiting[] {
    let writes = 0;
    const end = this.#waiting.findIndex(({ group }, at) => {
      writes += group.writes.length;
      return at > 0 && writes > BATCH_MAX;
    });
    const taken = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    for (const { group } of taken) this.#waitingWrites -= group.writes.length;
    return taken;
  }

  #send(job: Job): void {
    this.#underWay.push(job);
    this.#pace.sent();
    this.#post(job.kind === 'trim' ? { kind: 'trim', trim: job.trim } : messageOf(job));
  }

  #post = (message: ToWriter): void => this.#worker.postMessage(message);

  #settle(message: FromWriter): void {
    if (message.kind === 'ready') return;
    const done = this.#underWay.shift();
    if (done === undefined) return;
    if (message.kind === 'trimmed') {
      if (done.kind === 'trim') done.resolve({ oldest: message.oldest, isOver: message.isOver });
    } else if (message.kind === 'committed') {
      if (done.kind !== 'trim') this.#answer(done, unpackAnswers(message.answers), message.head);
    } else this.#refuse(done, message.reason, message.fault);
    this.#sendNext();
  }

  #answer(done: BatchJob, answers: readonly Answer[], head: Seq): void {
    this.#ports.onCommit(
      done.groups.map(({ group }) => group),
      answers,
      head,
    );
    let from = 0;
    for (const { group, resolve } of done.groups) {
      const answered = answers.slice(from, from + group.writes.length);
      from += group.writes.length;
      resolve(answered.map((answer, at) => outcomeOf(group.writes[at], answer)));
    }
    for (const { resolve } of done.cursors) resolve();
    if (done.kind !== 'recover') return;
    this.#fault = undefined;
    this.#ports.onStorage(undefined);
  }

  #refuse(done: Job, reason: string, fault: StorageFault | undefined): void {
    if (done.kind !== 'trim' && done.epoch === this.#epoch) this.#epoch += 1;
    rejectAll(waitingOn(done), fault?.text ?? reason);
    // What failed to store that the disk is full says nothing new.
    if (fault !== undefined && done.kind !== 'give-up-reserve') this.#refuseAll(fault);
  }

  /** The disk takes nothing: whoever waits hears it, the log says it of itself where it can, and recovery begins. */
  #refuseAll(fault: StorageFault): void {
    const isNew = this.#fault === undefined;
    this.#fault = fault;
    rejectAll(this.#takeWaiting(), fault.text);
    if (this.#isClosing) return;
    clearTimeout(this.#recovery);
    this.#recovery = setTimeout(() => this.#recover(), RECOVER_EVERY_MS);
    if (!isNew) return;
    if (fault.kind === 'disk-full') this.#send(this.#own('give-up-reserve', fault));
    this.#ports.onStorage(fault);
  }

  #recover(): void {
    if (this.#underWay.length === 0) this.#send(this.#own('recover', undefined));
    else this.#recovery = setTimeout(() => this.#recover(), RECOVER_EVERY_MS);
  }

  #own(kind: BatchJob['kind'], fault: StorageFault | undefined): BatchJob {
    const unheard = { resolve: () => undefined, reject: () => undefined };
    return { kind, epoch: this.#epoch, groups: [{ group: this.#ports.storageWrite(fault), ...unheard }], cursors: [] };
  }

  #takeWaiting(): readonly Refusable[] {
    this.#waitingWrites = 0;
    return [...this.#waiting.splice(0), ...this.#takeCursors(), ...this.#trims.splice(0)];
  }

  /** The thread is gone: nothing can be stored any more, and everybody who waits must hear it. */
  #fail(error: unknown): void {
    this.#broken = error;
    clearTimeout(this.#recovery);
    rejectAll([...this.#underWay.splice(0).flatMap(waitingOn), ...this.#takeWaiting()], error);
    this.#ports.onLost(error);
  }
}

const messageOf = ({ kind, epoch, groups, cursors }: BatchJob): ToWriter => ({
  kind,
  epoch,
  batch: pack(
    toBatch(
      groups.map(({ group }) => group),
      cursors.map(({ move }) => move),
    ),
  ),
});

const waitingOn = (job: Job): readonly Refusable[] => (job.kind === 'trim' ? [job] : [...job.groups, ...job.cursors]);

function rejectAll(waiting: readonly Refusable[], cause: unknown): void {
  const refusal = new JournalUnavailable(cause);
  for (const { reject } of waiting) reject(refusal);
}

function outcomeOf(write: Write | undefined, answer: Answer): Outcome {
  if ('last' in answer) return ok(answer.last);
  return failed({ subject: write?.subject ?? '', expected: write?.expectedVersion ?? 0, found: answer.conflict });
}
