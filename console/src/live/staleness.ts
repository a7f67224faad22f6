/** How fresh the picture of the world is, by the silence since the gateway was last heard. */
export type Freshness = 'live' | 'slow' | 'lost';

/** A tick comes at least every 5 s; a chip says so above that, a full-width banner above 15 s. */
const SLOW_AFTER_MS = 5_000;
const LOST_AFTER_MS = 15_000;

export function freshness(silenceMs: number): Freshness {
  if (silenceMs > LOST_AFTER_MS) return 'lost';
  return silenceMs > SLOW_AFTER_MS ? 'slow' : 'live';
}
