const CHINA_MS = 8 * 3_600_000;
/** The wall clock in China, in the UTC fields of a Date. */
export const chinaClock = (at: number): Date => new Date(at + CHINA_MS);
/** `2026-11-24 12:30:28`: local, without a zone. */
export const chinaTime = (at: number, between = ' '): string =>
  chinaClock(at).toISOString().slice(0, 19).replace('T', between);
/** `261124123028`, as BCD clocks have it. */
export const chinaDigits = (at: number): string => chinaTime(at).replaceAll(/\D/g, '').slice(2);
