/** So many times as long as its batch took a follower rests in a flood. */
const REST_TIMES = 20;
/** A rest at most: a batch that took long waited for something outside. */
const REST_MAX_MS = 1_000;
/** A flood: while the follower handled its batch of 1,000, the log grew by this many. A city's peak is below that. */
const FLOOD_ENTRIES = 500;
/** Who is further behind rests no more, however many come: what is not followed is kept, and the disk has an end. */
const BEHIND_MAX = 2_000_000;

/** A batch that a patient follower has handled. */
export type Handled = Readonly<{
  tookMs: number;
  /** Entries by which the log grew meanwhile, and that the follower has before it now. */
  grewBy: number;
  behindBy: number;
}>;

/**
 * How long a follower that can wait stands back, ms: in a flood signals go first, since what it has missed is in the file,
 * and what a device sends waits for its answer. A clock that was set back meanwhile makes no difference.
 */
export function restAfter({ tookMs, grewBy, behindBy }: Handled): number {
  if (grewBy < FLOOD_ENTRIES || behindBy >= BEHIND_MAX) return 0;
  return Math.min(Math.max(0, REST_TIMES * tookMs), REST_MAX_MS);
}
