import type { ToGateway } from './ipc.ts';

export type Answer = Extract<ToGateway, { id: number }>;
type Question = Readonly<{ settle: (answer: Answer | undefined) => void }>;

/** Questions to the plane's process that wait for their answer, each for some time; bounded by who asks. */
export class Questions {
  readonly #open = new Map<number, Question>();
  #count = 0;

  get size(): number {
    return this.#open.size;
  }

  /** `send` is given the question's number, and what to call when it cannot be sent. Undefined: no answer in time. */
  ask(send: (id: number, lost: () => void) => void, maxMs: number): Promise<Answer | undefined> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve) => {
      const settle = (answer: Answer | undefined): void => {
        clearTimeout(timer);
        this.#open.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(settle, maxMs, undefined);
      this.#open.set(id, { settle });
      send(id, () => settle(undefined));
    });
  }

  answer = (answer: Answer): void => this.#open.get(answer.id)?.settle(answer);

  /** The process is gone: nobody will answer. */
  lost(): void {
    for (const question of [...this.#open.values()]) question.settle(undefined);
  }
}
