import type { Alarm } from '../domain/alarm.ts';
import { graver } from '../domain/severity.ts';
import type { Occurrence, Rule } from './decider.ts';

/**
 * Repeats the open alarm of this device and type (归并): always while it is active and unresolved, and within the
 * merge window of its last report after that. The window is measured on the device's clock, so that an hour of
 * signals that a broker held back does not become one alarm.
 */
export const merging: Rule = (state, signal) => {
  const alarm = state.open.get(signal.definition.code);
  if (alarm === undefined || !joins(alarm, signal)) return undefined;
  const seen = {
    lastAt: Math.max(alarm.lastAt, signal.occurredAt),
    isActive: signal.definition.kind === 'stateful',
    severity: graver(alarm.severity, signal.severity ?? alarm.severity),
    value: signal.value,
    text: signal.text,
  };
  return { entries: [{ kind: 'repeated', alarm: alarm.id, signal: signal.identity, seen }] };
};

function joins(alarm: Alarm, signal: Occurrence): boolean {
  if (alarm.state === 'closed' || signal.definition.mergeWindowMs === 0) return false;
  // Once people have resolved it, a new report is a new happening, however long the device never said "over".
  if (alarm.condition === 'active' && alarm.state !== 'resolved') return true;
  return signal.occurredAt - alarm.lastAt < signal.definition.mergeWindowMs;
}
