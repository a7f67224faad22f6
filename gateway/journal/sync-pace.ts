/** Batches of fewer writes than this begin so long after one another, ms: what comes meanwhile shares the sync. */
const FEW = 64;
const APART_MS = 3;
/** So long a cursor waits for a batch to go along with, ms: without one it would cost a sync of its own. */
const CURSOR_WAITS_MS = 100;

/**
 * When a batch is worth its sync. A signal that comes alone goes at once; of many that come one by one, those of some
 * milliseconds go together, and a cursor goes with the next of them.
 */
export class SyncPace {
  readonly #send: () => void;
  #sentAt = 0;
  #gathering: NodeJS.Timeout | undefined;
  #cursorsWait: NodeJS.Timeout | undefined;
  #areCursorsDue = false;

  /** `send` is called when something has waited long enough. */
  constructor(send: () => void) {
    this.#send = send;
  }

  /** Cursors have waited long enough to go alone. */
  get areCursorsDue(): boolean {
    return this.#areCursorsDue;
  }

  /** Whether so few writes still wait for others; `send` is called when they need not any more. */
  gathers(writes: number): boolean {
    if (writes === 0 || writes >= FEW || performance.now() - this.#sentAt >= APART_MS) return false;
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      this.#send();
    }, APART_MS);
    return true;
  }

  /** A cursor came: it goes with the next batch, or alone after a while. */
  cursorWaits(): void {
    this.#cursorsWait ??= setTimeout(() => this.cursorsNow(), CURSOR_WAITS_MS);
  }

  cursorsNow(): void {
    this.#areCursorsDue = true;
    this.#send();
  }

  cursorsTaken(): void {
    clearTimeout(this.#cursorsWait);
    [this.#cursorsWait, this.#areCursorsDue] = [undefined, false];
  }

  sent(): void {
    this.#sentAt = performance.now();
  }
}
