import type { Rule } from './decider.ts';

/**
 * A retained message or a subscription's first answer tells a state that may be hours old: as a pulse it would raise
 * an alarm at every start, and of an alarm that is active already it says nothing new.
 */
export const oldNews: Rule = (state, signal) => {
  if (!signal.isReplay) return undefined;
  if (signal.definition.kind === 'pulse' || signal.active === undefined) return { nothing: 'old-news' };
  const isOpen = state.open.get(signal.definition.code)?.condition === 'active';
  return signal.active && isOpen ? { nothing: 'still-active' } : undefined;
};
