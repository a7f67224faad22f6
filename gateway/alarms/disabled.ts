import type { Rule } from './decider.ts';

/** A device that people have switched off in the registry raises nothing; what it had open may still clear. */
export const disabled: Rule = (_state, signal) =>
  signal.device.enabled || signal.active === false ? undefined : { nothing: 'disabled' };
