import { Worker } from 'node:worker_threads';
import { failed, ok, type Result } from '../domain/result.ts';
import { JournalUnavailable, type Seq, type VersionConflict } from './journal.ts';
import type { Trimmed } from './sqlite-trim.ts';
import type { Answer, Batch, FromWriter, StoredWrite, ToWriter, Trim } from './sqlite-wire.ts';
import type { StorageFault } from './storage-fault.ts';

/** Writes in one transaction: past this the gain of sharing a sync is small and the wait grows. */
const BATCH_MAX = 512;
/** Writes that wait for the disk: some 50 MiB; the windows of the adapters are far smaller. */
export const WAITING_MAX = 50_000;
/** How often a journal that refuses looks whether its disk takes something again. */
const RECOVER_EVERY_MS = 1000;

type Outcome = Result<Seq, VersionConflict>;
type Waiting = Readonly<{
  write: StoredWrite;
  resolve: (outcome: Outcome) => void;
  reject: (reason: JournalUnavailable) => void;
}>;
type CursorWaiting = Readonly<{ follower: string; seq: Seq; resolve: () => void; reject: (reason: unknown) => void }>;
type TrimWaiting = Readonly<{ trim: Trim; resolve: (done: Trimmed) => void; reject: (reason: unknown) => void }>;
type BatchJob = Readonly<{
  kind: Exclude<ToWriter['kind'], 'close' | 'trim'>;
  writes: readonly Waiting[];
  cursors: readonly CursorWaiting[];
}>;

type Job = BatchJob | (Readonly<{ kind: 'trim' }> & TrimWaiting);

export type QueuePorts = Readonly<{
  /** Hears of every batch that is durable, before its callers do. */
  onCommit: (writes: readonly StoredWrite[], answers: readonly Answer[], head: Seq) => void;
  /** What the log itself says when it began to refuse (`fault`) and when it takes entries again (undefined). */
  storageWrite: (fault: StorageFault | undefined) => StoredWrite;
  onStorage: (fault: StorageFault | undefined) => void;
  /** The thread itself is gone and does not come back. */
  onLost: (error: unknown) => void;
}>;

/**
 * Group commit: one batch is with the writer thread while the next gathers. Answers come in the order of the calls.
 * When the disk takes nothing any more, everything is refused at once until it does again.
 */
export class CommitQueue {
  readonly #worker: Worker;
  readonly #ports: QueuePorts;
  readonly #waiting: Waiting[] = [];
  readonly #cursors: CursorWaiting[] = [];
  /** One slice of retention at most: who asks for the next has first to hear of this one, and a batch goes between. */
  readonly #trims: TrimWaiting[] = [];
  #inFlight: Job | undefined;
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
    return this.#waiting.length;
  }

  append(write: StoredWrite): Promise<Outcome> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(new JournalUnavailable('too many writes wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#sendNext();
    });
  }

  storeCursor(follower: string, seq: Seq): Promise<void> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#cursors.push({ follower, seq, resolve, reject });
      this.#sendNext();
    });
  }

  /** Takes one slice of old entries out. Throws JournalUnavailable. */
  trim(trim: Trim): Promise<Trimmed> {
    const refusal = this.#refusal();
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      this.#trims.push({ trim, resolve, reject });
      this.#sendNext();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    clearTimeout(this.#recovery);
    while (this.#inFlight !== undefined) await new Promise((resolve) => this.#worker.once('message', resolve));
    if (this.#broken !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#post({ kind: 'close' });
    await ended;
  }

  #refusal(): JournalUnavailable | undefined {
    const cause = this.fault() ?? (this.#isClosing ? 'the journal is being closed' : undefined);
    return cause === undefined ? undefined : new JournalUnavailable(this.#broken ?? cause);
  }

  #sendNext(): void {
    if (this.#inFlight !== undefined) return;
    const trim = this.#trims.shift();
    if (trim !== undefined) this.#send({ kind: 'trim', ...trim });
    else if (this.#waiting.length + this.#cursors.length > 0) {
      this.#send({ kind: 'commit', writes: this.#waiting.splice(0, BATCH_MAX), cursors: this.#cursors.splice(0) });
    }
  }

  #send(job: Job): void {
    this.#inFlight = job;
    this.#post(job.kind === 'trim' ? { kind: 'trim', trim: job.trim } : { kind: job.kind, batch: batchOf(job) });
  }

  #post = (message: ToWriter): void => this.#worker.postMessage(message);

  #settle(message: FromWriter): void {
    const done = this.#inFlight;
    if (done === undefined || message.kind === 'ready') return;
    this.#inFlight = undefined;
    if (message.kind === 'trimmed') {
      if (done.kind === 'trim') done.resolve({ oldest: message.oldest, isOver: message.isOver });
    } else if (message.kind === 'committed') {
      if (done.kind !== 'trim') this.#answer(done, message.answers, message.head);
    } else {
      rejectAll(waitingOn(done), message.fault?.text ?? message.reason);
      // What failed to store that the disk is full says nothing new.
      if (message.fault !== undefined && done.kind !== 'give-up-reserve') this.#refuseAll(message.fault);
    }
    this.#sendNext();
  }

  #answer(done: BatchJob, answers: readonly Answer[], head: Seq): void {
    this.#ports.onCommit(
      done.writes.map(({ write }) => write),
      answers,
      head,
    );
    for (const [index, answer] of answers.entries()) answerTo(done.writes[index], answer);
    for (const { resolve } of done.cursors) resolve();
    if (done.kind !== 'recover') return;
    this.#fault = undefined;
    this.#ports.onStorage(undefined);
  }

  /** The disk takes nothing: whoever waits hears it, the log says it of itself where it can, and recovery begins. */
  #refuseAll(fault: StorageFault): void {
    const isNew = this.#fault === undefined;
    this.#fault = fault;
    rejectAll(this.#takeWaiting(), fault.text);
    if (this.#isClosing) return;
    this.#recovery = setTimeout(() => this.#recover(), RECOVER_EVERY_MS);
    if (!isNew) return;
    if (fault.kind === 'disk-full') this.#send(this.#own('give-up-reserve', fault));
    this.#ports.onStorage(fault);
  }

  #recover(): void {
    if (this.#inFlight === undefined) this.#send(this.#own('recover', undefined));
    else this.#recovery = setTimeout(() => this.#recover(), RECOVER_EVERY_MS);
  }

  #own(kind: BatchJob['kind'], fault: StorageFault | undefined): BatchJob {
    const unheard = { resolve: () => undefined, reject: () => undefined };
    return { kind, writes: [{ write: this.#ports.storageWrite(fault), ...unheard }], cursors: [] };
  }

  #takeWaiting = (): readonly Refusable[] => [
    ...this.#waiting.splice(0),
    ...this.#cursors.splice(0),
    ...this.#trims.splice(0),
  ];

  /** The thread is gone: nothing can be stored any more, and everybody who waits must hear it. */
  #fail(error: unknown): void {
    this.#broken = error;
    clearTimeout(this.#recovery);
    rejectAll([...(this.#inFlight === undefined ? [] : waitingOn(this.#inFlight)), ...this.#takeWaiting()], error);
    this.#inFlight = undefined;
    this.#ports.onLost(error);
  }
}

const batchOf = ({ writes, cursors }: BatchJob): Batch => ({
  writes: writes.map(({ write }) => write),
  cursors: cursors.map(({ follower, seq }) => ({ follower, seq })),
});

type Refusable = Readonly<{ reject: (reason: JournalUnavailable) => void }>;
const waitingOn = (job: Job): readonly Refusable[] => (job.kind === 'trim' ? [job] : [...job.writes, ...job.cursors]);

function rejectAll(waiting: readonly Refusable[], cause: unknown): void {
  const refusal = new JournalUnavailable(cause);
  for (const { reject } of waiting) reject(refusal);
}

function answerTo(waiting: Waiting | undefined, answer: Answer): void {
  if (waiting === undefined) return;
  if ('last' in answer) waiting.resolve(ok(answer.last));
  else {
    const { subject, expectedVersion } = waiting.write;
    waiting.resolve(failed({ subject, expected: expectedVersion ?? 0, found: answer.conflict }));
  }
}
