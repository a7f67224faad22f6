/** Things by key, each with a time at which it is due: adding, leaving and taking what is due cost what they touch. */
export class Waiting<T> {
  readonly #items = new Map<string, Readonly<{ item: T; second: number }>>();
  readonly #bySecond = new Map<number, Set<string>>();
  #looked: number | undefined;

  get size(): number {
    return this.#items.size;
  }

  has = (key: string): boolean => this.#items.has(key);
  get = (key: string): T | undefined => this.#items.get(key)?.item;

  add(key: string, item: T, dueAt: number): void {
    this.delete(key);
    // what is due already is found at the next look
    const second = Math.max(Math.ceil(dueAt / 1000), (this.#looked ?? Number.NEGATIVE_INFINITY) + 1);
    this.#items.set(key, { item, second });
    const keys = this.#bySecond.get(second) ?? new Set();
    this.#bySecond.set(second, keys.add(key));
  }

  delete(key: string): boolean {
    const known = this.#items.get(key);
    if (known === undefined) return false;
    this.#items.delete(key);
    const keys = this.#bySecond.get(known.second);
    keys?.delete(key);
    if (keys?.size === 0) this.#bySecond.delete(known.second);
    return true;
  }

  /** Takes out what is due at `at`, in milliseconds; to the second. */
  takeDue(at: number): readonly T[] {
    const now = Math.floor(at / 1000);
    this.#looked = Math.max(now, this.#looked ?? now);
    const seconds = [...this.#bySecond.keys()].filter((second) => second <= now).sort((a, b) => a - b);
    return seconds.flatMap((second) =>
      [...(this.#bySecond.get(second) ?? [])].flatMap((key) => {
        const known = this.#items.get(key);
        this.delete(key);
        return known === undefined ? [] : [known.item];
      }),
    );
  }
}
