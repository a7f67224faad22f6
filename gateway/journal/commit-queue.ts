import { Worker } from 'node:worker_threads';
import { failed, ok, type Result } from '../domain/result.ts';
import { JournalUnavailable, type Seq, type VersionConflict } from './journal.ts';
import type { Answer, FromWriter, StoredWrite } from './sqlite-wire.ts';

/** Writes in one transaction: past this the gain of sharing a sync is small and the wait grows. */
const BATCH_MAX = 512;
/** Writes that wait for the disk: some 50 MiB; the windows of the adapters are far smaller. */
const WAITING_MAX = 50_000;

type Outcome = Result<Seq, VersionConflict>;
type OnCommit = (writes: readonly StoredWrite[], answers: readonly Answer[], head: Seq) => void;
type Waiting = Readonly<{
  write: StoredWrite;
  resolve: (outcome: Outcome) => void;
  reject: (reason: JournalUnavailable) => void;
}>;
type CursorWaiting = Readonly<{ follower: string; seq: Seq; resolve: () => void; reject: (reason: unknown) => void }>;

/**
 * Group commit: one batch is with the writer thread while the next gathers. Answers come in the order of the calls.
 * `onCommit` hears of every batch that is durable, before its callers do.
 */
export class CommitQueue {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  readonly #cursors: CursorWaiting[] = [];
  #inFlight: { writes: readonly Waiting[]; cursors: readonly CursorWaiting[] } | undefined;
  #broken: unknown;
  #isClosing = false;
  readonly #onCommit: OnCommit;

  private constructor(worker: Worker, onCommit: OnCommit) {
    this.#worker = worker;
    this.#onCommit = onCommit;
    worker.on('message', (message: FromWriter) => this.#settle(message));
    worker.on('error', (error) => this.#fail(error));
  }

  /** Starts the thread; answers once its tables are there. */
  static async open(file: string, onCommit: OnCommit): Promise<{ queue: CommitQueue; head: Seq; synchronous: number }> {
    const worker = new Worker(new URL('./sqlite-writer.ts', import.meta.url), { workerData: { file } });
    const ready = await new Promise<FromWriter>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
    if (ready.kind !== 'ready') throw new Error('the journal writer did not start');
    return { queue: new CommitQueue(worker, onCommit), head: ready.head, synchronous: ready.synchronous };
  }

  append(write: StoredWrite): Promise<Outcome> {
    if (this.#broken !== undefined || this.#isClosing) return Promise.reject(new JournalUnavailable(this.#broken));
    if (this.#waiting.length >= WAITING_MAX) return Promise.reject(new JournalUnavailable('too many writes wait'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ write, resolve, reject });
      this.#send();
    });
  }

  storeCursor(follower: string, seq: Seq): Promise<void> {
    if (this.#broken !== undefined || this.#isClosing) return Promise.reject(new JournalUnavailable(this.#broken));
    return new Promise((resolve, reject) => {
      this.#cursors.push({ follower, seq, resolve, reject });
      this.#send();
    });
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    while (this.#inFlight !== undefined) await new Promise((resolve) => this.#worker.once('message', resolve));
    if (this.#broken !== undefined) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#worker.postMessage({ close: true });
    await ended;
  }

  #send(): void {
    if (this.#inFlight !== undefined || this.#waiting.length + this.#cursors.length === 0) return;
    const writes = this.#waiting.splice(0, BATCH_MAX);
    const cursors = this.#cursors.splice(0);
    this.#inFlight = { writes, cursors };
    this.#worker.postMessage({
      writes: writes.map(({ write }) => write),
      cursors: cursors.map(({ follower, seq }) => ({ follower, seq })),
    });
  }

  #settle(message: FromWriter): void {
    const done = this.#inFlight;
    if (done === undefined || message.kind === 'ready') return;
    this.#inFlight = undefined;
    if (message.kind === 'refused') {
      const refusal = new JournalUnavailable(message.reason);
      for (const { reject } of [...done.writes, ...done.cursors]) reject(refusal);
    } else {
      this.#onCommit(
        done.writes.map(({ write }) => write),
        message.answers,
        message.head,
      );
      for (const [index, answer] of message.answers.entries()) answerTo(done.writes[index], answer);
      for (const { resolve } of done.cursors) resolve();
    }
    this.#send();
  }

  /** The thread is gone: nothing can be stored any more, and everybody who waits must hear it. */
  #fail(error: unknown): void {
    this.#broken = error;
    const refusal = new JournalUnavailable(error);
    for (const { reject } of this.#inFlight?.writes ?? []) reject(refusal);
    for (const { reject } of this.#waiting.splice(0)) reject(refusal);
    for (const { reject } of this.#cursors.splice(0)) reject(refusal);
    this.#inFlight = undefined;
  }
}

function answerTo(waiting: Waiting | undefined, answer: Answer): void {
  if (waiting === undefined) return;
  if ('last' in answer) waiting.resolve(ok(answer.last));
  else {
    const { subject, expectedVersion } = waiting.write;
    waiting.resolve(failed({ subject, expected: expectedVersion ?? 0, found: answer.conflict }));
  }
}
