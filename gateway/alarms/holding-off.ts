import type { Rule } from './decider.ts';

/**
 * Only what lasts counts (延时确认): a beginning waits for so long, and an end within that time makes it nothing. What
 * waits is in the journal, and is raised by its time also after a crash.
 */
export const holdingOff: Rule = (state, { around, active, definition, receivedAt, isReplay }) => {
  const { holdOffMs = 0 } = definition;
  if (definition.kind === 'pulse' || around?.hasLasted === true) return undefined;
  // whatever the hold-off is by now: what waits is over
  if (active === false) return around?.isHeld === true ? { nothing: 'too-short', releases: true } : undefined;
  if (holdOffMs === 0) return undefined;
  const isOpen = state.open.get(definition.code)?.condition === 'active';
  if (isOpen || (isReplay && active === undefined)) return undefined;
  return around?.isHeld === true ? { nothing: 'still-held' } : { holdUntil: receivedAt + holdOffMs };
};
