/** So long an answer holds: a wall of screens that asks each second costs one count in five. */
const KEPT_MS = 5_000;
/** Questions that are kept: each seat has one or two. */
const KEPT_MAX = 200;

/** Answers that cost a count over a city, by what was asked. */
export class KeptAnswers<T> {
  readonly #now: () => number;
  readonly #kept = new Map<string, Readonly<{ answer: T; until: number }>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** `question` must name everything on which the answer depends, the asker's scope included. */
  of(question: string, count: (at: number) => T): T {
    const at = this.#now();
    const kept = this.#kept.get(question);
    if (kept !== undefined && kept.until > at) return kept.answer;
    if (this.#kept.size >= KEPT_MAX) this.#kept.clear();
    const answer = count(at);
    this.#kept.set(question, { answer, until: at + KEPT_MS });
    return answer;
  }
}
