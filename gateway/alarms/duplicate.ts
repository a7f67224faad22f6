import type { Rule } from './decider.ts';

/**
 * The same signal twice is the same signal: a broker delivers again what it did not see acknowledged. What has waited
 * its time was seen when it began to wait, and counts now.
 */
export const duplicate: Rule = (state, { identity, around }) =>
  around?.hasLasted !== true && state.hasSeen(identity) ? { nothing: 'duplicate' } : undefined;
