import type { Alarm } from '../domain/alarm.ts';
import { graver, oneGraver, type Severity } from '../domain/severity.ts';
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
    severity: graver(graver(alarm.severity, signal.severity ?? alarm.severity), byRepetition(alarm, signal)),
    value: signal.value,
    text: signal.text,
  };
  return { entries: [{ kind: 'repeated', alarm: alarm.id, signal: signal.identity, seen }] };
};

/** What is said again and again is graver than its type (重复升级), by one step. */
function byRepetition({ count, severity }: Alarm, { definition }: Occurrence): Severity {
  const { graverAfterCount } = definition;
  const isMany = graverAfterCount !== undefined && count + 1 >= graverAfterCount;
  return isMany ? graver(severity, oneGraver(definition.severity)) : severity;
}

function joins(alarm: Alarm, signal: Occurrence): boolean {
  if (alarm.state === 'closed' || signal.definition.mergeWindowMs === 0) return false;
  // Once people have resolved it, a new report is a new happening, however long the device never said "over".
  if (alarm.condition === 'active' && alarm.state !== 'resolved') return true;
  return signal.occurredAt - alarm.lastAt < signal.definition.mergeWindowMs;
}
