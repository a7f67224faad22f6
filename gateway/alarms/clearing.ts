import type { Alarm } from '../domain/alarm.ts';
import type { Occurrence, Rule } from './decider.ts';

/** A report older than this by the device's clock is not late: the clock was set back. */
const LATE_MAX_MS = 3_600_000;

/** "It is over" (已恢复) clears the open alarm of this device and type; people's state stays as it is. */
export const clearing: Rule = (state, signal) => {
  if (signal.active !== false) return undefined;
  const alarm = state.open.get(signal.definition.code);
  if (alarm === undefined || alarm.condition === 'cleared' || alarm.state === 'closed') return { nothing: 'not-open' };
  if (isLate(alarm, signal)) return { nothing: 'old-news' };
  const lastAt = Math.max(alarm.lastAt, signal.occurredAt);
  return { entries: [{ kind: 'cleared', alarm: alarm.id, signal: signal.identity, lastAt }] };
};

/**
 * An end that came to nothing leaves no trace, so a broker's repeat of it is not known again, and would end what began
 * after it. The device's clock says that it did; not where the alarm's last word lies ahead of our own clock.
 */
function isLate({ lastAt }: Alarm, { occurredAt, receivedAt }: Occurrence): boolean {
  return occurredAt < lastAt && lastAt <= receivedAt && lastAt - occurredAt < LATE_MAX_MS;
}
