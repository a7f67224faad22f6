/** A device's time is not believed further ahead than a day, nor before 2000. */
const AHEAD_MAX_MS = 86_400_000;
const BELIEVED_FROM = Date.UTC(2000, 0, 1);

export type ClockVerdict = Readonly<{ occurredAt: number; isOff: boolean }>;

/**
 * When it happened, by the device's clock where that can be believed, else by ours. A time in the past is kept as it
 * is, since offline records arrive late; a clock that is ahead by more than the allowance is flagged.
 */
export function judgeClock(at: number | undefined, receivedAt: number, allowanceMs: number): ClockVerdict {
  if (at === undefined) return { occurredAt: receivedAt, isOff: false };
  const aheadMs = at - receivedAt;
  if (at < BELIEVED_FROM || aheadMs > AHEAD_MAX_MS) return { occurredAt: receivedAt, isOff: true };
  return { occurredAt: at, isOff: aheadMs > allowanceMs };
}
