import { JournalUnavailable, type Recorded } from '../journal/journal.ts';

/** Thrown by an effect that cannot succeed for this entry, however often it is tried: the entry is set aside at once. */
export class NeverWorks extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'NeverWorks';
  }
}

/** Thrown by an effect whose other side is away or not ready: no entry is at fault, and it is tried for ever. */
export class OtherSideAway extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'OtherSideAway';
  }
}

/** An outage, and no entry's fault: a marked error, a journal that stores nothing, or what the system said (ENOSPC, EIO). */
export const isAway = (error: unknown): boolean =>
  error instanceof OtherSideAway ||
  error instanceof JournalUnavailable ||
  (error instanceof Error && 'syscall' in error && 'code' in error);

export type Failing = Readonly<{ recorded: Recorded; error: unknown }>;
export type Parted = Readonly<{ failing: readonly Failing[]; passed: number }>;

/**
 * Halves a batch down to the entries that fail alone; all others go through on the way. One bad entry among 1,000
 * costs 20 attempts more. Throws what `attempt` throws when that is an outage, or once `stop` has come.
 */
export async function partFailing(
  entries: readonly Recorded[],
  attempt: (entries: readonly Recorded[]) => Promise<void>,
  stop: AbortSignal,
): Promise<Parted> {
  const failing: Failing[] = [];
  let passed = 0;
  const waiting: (readonly Recorded[])[] = [entries];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    try {
      await attempt(part);
      passed += part.length;
    } catch (error) {
      if (stop.aborted || isAway(error)) throw error;
      const [first] = part;
      if (part.length === 1 && first !== undefined) failing.push({ recorded: first, error });
      else waiting.push(part.slice(part.length >> 1), part.slice(0, part.length >> 1));
    }
  }
  return { failing, passed };
}
