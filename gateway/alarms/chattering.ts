import type { Rule } from './decider.ts';

/** Without a change for so long it is calm. Source: the catalogue's note on `device.flapping`. */
export const CALM_AFTER_MS = 300_000;

/**
 * A contact that opens and closes all the time (抖动) stays as it stands, active, until it is calm: its end waits for
 * so long, and a beginning meanwhile says nothing new. The first beginning is decided as any other.
 */
export const chattering: Rule = (state, { around, active, definition, receivedAt }) => {
  if (around === undefined || around.hasLasted === true || definition.kind === 'pulse') return undefined;
  if (state.open.get(definition.code)?.condition !== 'active') return undefined;
  // an end that waits shows it too: whether it chatters is forgotten in a restart, what waits is not
  const endWaits = around.isHeld === true;
  if (around.isChattering !== true && !endWaits) return undefined;
  if (active === false) return { holdUntil: receivedAt + CALM_AFTER_MS };
  return endWaits ? { nothing: 'flapping', releases: true } : { nothing: 'flapping' };
};
