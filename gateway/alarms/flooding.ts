import type { DeviceState, Occurrence } from './decider.ts';

/** Within a window of nothing, a flood of one type still folds to one alarm a second. */
const SHORTEST_WINDOW_MS = 1_000;

/** `repeat`: the open alarm says it already. `end`: to be told in a moment, if it still holds then. */
export type Folding = 'repeat' | 'end';

/**
 * What of a device that talks too much need not be decided one by one (抖动); undefined: it must be. Pure.
 * No alarm is lost by it: the first signal of a type, a beginning, a graver severity, and a happening of another time
 * on the device's clock (an hour of records after an outage) are always decided. An end waits, so that a contact that
 * bounces leaves its alarm active meanwhile, which is the safe side.
 */
export function flooding({ open }: DeviceState, signal: Occurrence): Folding | undefined {
  const { code, kind, mergeWindowMs } = signal.definition;
  const alarm = open.get(code);
  if (alarm === undefined || alarm.state === 'closed') return undefined;
  if (signal.severity !== undefined && signal.severity < alarm.severity) return undefined;
  const apartMs = Math.abs(signal.occurredAt - alarm.lastAt);
  if (apartMs >= Math.max(mergeWindowMs, SHORTEST_WINDOW_MS)) return undefined;
  if (kind === 'pulse') return 'repeat';
  if (alarm.condition === 'cleared') return signal.active === false ? 'repeat' : undefined;
  return signal.active === false ? 'end' : 'repeat';
}
