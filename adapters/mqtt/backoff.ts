const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Wait before the next try, in milliseconds: doubled each time up to 30 s, and half of it by chance, so that gateways spread. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return Math.round(whole / 2 + (whole / 2) * random());
}
