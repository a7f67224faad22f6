/** An alarm is hidden for at most a shift: the gateway's own limit. */
export const SHELVE_MAX_MS = 8 * 3_600_000;
export const ENDS = ['halfHour', 'twoHours', 'shift', 'own'] as const;
export type End = (typeof ENDS)[number];

const LENGTHS = { halfHour: 1_800_000, twoHours: 7_200_000 } as const;
/** Three shifts a day. Hours of the seat's clock. */
const SHIFT_HOURS = 8;

/** The next end of a shift: 08:00, 16:00 or midnight. */
export function shiftEnd(now: number): number {
  const end = new Date(now);
  end.setHours((Math.floor(end.getHours() / SHIFT_HOURS) + 1) * SHIFT_HOURS, 0, 0, 0);
  return end.getTime();
}

/** The next moment at which a clock shows `HH:MM`; undefined for what is no time of day. */
export function nextClock(text: string, now: number): number | undefined {
  const [, hours, minutes] = /^(\d{2}):(\d{2})$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const at = new Date(now);
  at.setHours(Number(hours), Number(minutes), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

/** When it ends; undefined where no time is given, or one that is further off than the gateway allows. */
export function untilOf(end: End, own: string, now: number): number | undefined {
  const until = end === 'own' ? nextClock(own, now) : end === 'shift' ? shiftEnd(now) : now + LENGTHS[end];
  return until === undefined || until - now > SHELVE_MAX_MS ? undefined : until;
}
