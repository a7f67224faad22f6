import type { Rule } from './decider.ts';

/** The same signal twice is the same signal: a broker delivers again what it did not see acknowledged. */
export const duplicate: Rule = (state, signal) =>
  state.hasSeen(signal.identity) ? { nothing: 'duplicate' } : undefined;
