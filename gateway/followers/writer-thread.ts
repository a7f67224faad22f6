import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** What a writing thread answers to each message, in order; `error` where it could not do it. */
export type FromWriter<Answer> = Readonly<{ error: string } | { error: undefined; answer: Answer }>;

/** A thread that owns the writing connection of one file. Its program answers each message but `close`, in turn. */
export class WriterThread<Message, Answer> {
  readonly #worker: Worker;
  /** Who waits for an answer, in order: a few, for whoever asks waits before asking again. */
  readonly #waiting: ((answer: FromWriter<Answer>) => void)[] = [];
  readonly #failure: (text: string) => Error;
  #lost: string | undefined;

  /** `failure` makes the error that a caller gets for what the thread could not do, or when it is gone. */
  constructor(program: URL, file: string, failure: (text: string) => Error) {
    this.#failure = failure;
    this.#worker = new Worker(program, { workerData: { file } });
    this.#worker.on('message', (answer: FromWriter<Answer>) => this.#waiting.shift()?.(answer));
    this.#worker.on('error', (error) => this.#lose(String(error)));
  }

  async ask(message: Message): Promise<Answer> {
    const said = await new Promise<FromWriter<Answer>>((resolve) => {
      if (this.#lost !== undefined) return resolve({ error: this.#lost });
      this.#waiting.push(resolve);
      this.#worker.postMessage(message);
    });
    if (said.error !== undefined) throw this.#failure(said.error);
    return said.answer;
  }

  /** After what was asked before. */
  async close(message: Message): Promise<void> {
    if (this.#lost !== undefined) return;
    const ended = once(this.#worker, 'exit');
    this.#worker.postMessage(message);
    await ended;
  }

  #lose(error: string): void {
    this.#lost = error;
    for (const answer of this.#waiting.splice(0)) answer({ error });
  }
}
