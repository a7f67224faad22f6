import type { Rule } from './decider.ts';

/** Work is under way at the place (检修): what begins there raises nothing; what ends still ends. */
export const maintenance: Rule = (_state, { around, active }) =>
  around?.isUnderMaintenance === true && active !== false ? { nothing: 'maintenance' } : undefined;
