import type { Rule } from './decider.ts';

/** "It is over" (已恢复) clears the open alarm of this device and type; people's state stays as it is. */
export const clearing: Rule = (state, signal) => {
  if (signal.active !== false) return undefined;
  const alarm = state.open.get(signal.definition.code);
  if (alarm === undefined || alarm.condition === 'cleared' || alarm.state === 'closed') return { nothing: 'not-open' };
  const lastAt = Math.max(alarm.lastAt, signal.occurredAt);
  return { entries: [{ kind: 'cleared', alarm: alarm.id, signal: signal.identity, lastAt }] };
};
