/** Keys that are longer come from nobody honest, and are not remembered. */
const KEY_MAX_CHARS = 256;

/**
 * Answers that are found again: as many as `half` at the least, twice as many at the most. Two generations, so that
 * forgetting costs nothing and what is used stays.
 */
export class LatelyUsed<Answer> {
  readonly #half: number;
  #young = new Map<string, Answer>();
  #old: ReadonlyMap<string, Answer> = new Map();

  constructor(half: number) {
    this.#half = half;
  }

  get(key: string): Answer | undefined {
    const answer = this.#young.get(key);
    if (answer !== undefined) return answer;
    const older = this.#old.get(key);
    return older === undefined ? undefined : this.keep(key, older);
  }

  /** Remembers, and answers, `answer`. */
  keep(key: string, answer: Answer): Answer {
    if (key.length > KEY_MAX_CHARS) return answer;
    if (this.#young.size >= this.#half) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, answer);
    return answer;
  }
}
