/** Identities that are remembered at least; twice as many at most: 20 MiB at the very worst. */
export const SEEN_MIN = 65_536;

/**
 * Identities of the latest signals that led to an entry. A broker repeats what it did not see acknowledged, a window
 * of some thousand messages; this holds many times that, in two generations, so that forgetting costs nothing.
 */
export class SeenSignals {
  #young = new Set<string>();
  #old = new Set<string>();

  has = (identity: string): boolean => this.#young.has(identity) || this.#old.has(identity);

  add(identity: string): void {
    if (this.#young.size >= SEEN_MIN) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(identity);
  }

  /** For a signal whose entry could not be stored after all: its next delivery must count. */
  delete(identity: string): void {
    this.#young.delete(identity);
    this.#old.delete(identity);
  }
}
