/** A phone's clock may be ahead of ours by this much, and an act wait so long for a network. */
const AHEAD_MAX_MS = 60_000;
const LATE_MAX_MS = 7 * 86_400_000;

/** When somebody did it, by a phone that sends later; a clock that cannot be right is not believed. */
export function saidAt(said: string | undefined, now: number): number | undefined {
  const at = said === undefined ? now : Date.parse(said);
  return said === undefined || at > now + AHEAD_MAX_MS || at < now - LATE_MAX_MS ? undefined : at;
}
