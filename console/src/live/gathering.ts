/** At most four times a second: a thousand changes in one batch cost 5 ms, one by one three seconds. */
export const GATHER_MS = 250;

/** Collects items and hands them over in one batch, at most once every `everyMs`, in the order they came. */
export class Gathering<Item> {
  #waiting: Item[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #handOver: (items: readonly Item[]) => void;
  readonly #everyMs: number;

  constructor(handOver: (items: readonly Item[]) => void, everyMs: number = GATHER_MS) {
    this.#handOver = handOver;
    this.#everyMs = everyMs;
  }

  add(item: Item): void {
    this.#waiting.push(item);
    this.#timer ??= setTimeout(() => this.flush(), this.#everyMs);
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.#handOver(items);
  }

  /** Forgets what waits: a reload brings it anyway. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }
}
