import type { Rule } from './decider.ts';

/**
 * Nobody has armed this place at this hour (撤防): what begins raises nothing. An alarm that is open already goes on:
 * who is inside when the gate is disarmed is still inside.
 */
export const arming: Rule = (state, { around, active, definition }) => {
  if (around?.isDisarmed !== true || active === false) return undefined;
  return state.open.get(definition.code)?.condition === 'active' ? undefined : { nothing: 'disarmed' };
};
