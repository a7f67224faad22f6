import type { Rule } from './decider.ts';

/** A beginning that something before it explains, such as a door that opens after it was granted, is no alarm. */
export const explained: Rule = (_state, { around, active }) =>
  around?.isExplained === true && active !== false ? { nothing: 'explained' } : undefined;
