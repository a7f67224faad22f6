import type { Ring, RingBudget } from './ring.ts';

/**
 * The bytes of all rings together, bounded. When they are over, the oldest picture group goes first, wherever it is, so
 * that all rings grow shorter together: first of rings that no clip waits for and that are only held for the minute
 * after an alarm, then of armed ones, and of those that a clip waits for only when nothing else is left.
 */
export class Rings implements RingBudget {
  readonly #rings = new Set<Ring>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  enter(ring: Ring): void {
    this.#rings.add(ring);
  }

  leave(ring: Ring): void {
    this.#rings.delete(ring);
  }

  changed(bytes: number): void {
    this.#bytes += bytes;
    while (this.#bytes > this.#maxBytes) {
      const freed = this.#victim()?.dropOldest() ?? 0;
      if (freed === 0) return;
      this.#bytes -= freed;
    }
  }

  #victim(): Ring | undefined {
    let found: Ring | undefined;
    for (const ring of this.#rings) {
      if (ring.oldestAt !== undefined && (found === undefined || goesBefore(ring, found))) found = ring;
    }
    return found;
  }
}

function goesBefore(a: Ring, b: Ring): boolean {
  const [rankA, rankB] = [rankOf(a), rankOf(b)];
  return rankA === rankB ? (a.oldestAt ?? 0) < (b.oldestAt ?? 0) : rankA < rankB;
}
const rankOf = ({ isPinned, isArmed }: Ring): number => (isPinned ? 2 : isArmed ? 1 : 0);
