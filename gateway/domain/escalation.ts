import type { Alarm } from './alarm.ts';
import { regionLevel, regionPath } from './region.ts';

/** The centre above the one that answers now; the city is the highest that a gateway knows. */
export const centreAbove = (alarm: Alarm): string | undefined =>
  regionLevel(alarm.centre) === 'city' ? undefined : regionPath(alarm.centre).at(-2);

/**
 * When an alarm that nobody accepts goes to the next centre up (升级), in milliseconds since 1970; undefined for
 * never. Each centre on the way has the same time, counted from when the alarm reached the gateway. Health of
 * devices stays with the centre that owns them, unless it is of severity 1 or 2.
 */
export function escalatesAt(alarm: Alarm): number | undefined {
  if (alarm.state !== 'new' || alarm.due.accept === undefined || centreAbove(alarm) === undefined) return undefined;
  if (alarm.type.startsWith('device.') && alarm.severity > 2) return undefined;
  const limitMs = alarm.due.accept - alarm.receivedAt;
  const stepsUp = regionPath(alarm.region).length - regionPath(alarm.centre).length;
  return alarm.receivedAt + limitMs * (Math.max(0, stepsUp) + 1);
}
