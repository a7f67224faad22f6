/** Failures from one address before it has to wait, and from all addresses together before the name itself has to. */
const FAILURES_FROM_ONE = 5;
const FAILURES_FROM_ALL = 30;
const MINUTE_MS = 60_000;
const WAITS_MS = [1, 2, 4, 8, 15].map((minutes) => minutes * MINUTE_MS);
/** Failures older than this say nothing any more. */
const FORGET_MS = 24 * 60 * MINUTE_MS;
/** Names and addresses that are remembered; the oldest go first. */
const NAMES_MAX = 10_000;
const ADDRESSES_MAX = 100;

type Failures = { count: number; lastAt: number };
type OfName = Failures & { byAddress: Map<string, Failures> };

/**
 * How long a name has to wait after wrong passwords. By address first, so that nobody can lock a duty officer out
 * from elsewhere with a few guesses. Memory only: it is rebuilt from the journal's entries at start.
 */
export class Lockout {
  readonly #names = new Map<string, OfName>();

  failed(username: string, from: string, at: number): void {
    const ofName = this.#names.get(username) ?? { count: 0, lastAt: at, byAddress: new Map<string, Failures>() };
    count(ofName, at);
    const ofAddress = ofName.byAddress.get(from) ?? { count: 0, lastAt: at };
    count(ofAddress, at);
    putLast(ofName.byAddress, from, ofAddress, ADDRESSES_MAX);
    putLast(this.#names, username, ofName, NAMES_MAX);
  }

  succeeded(username: string): void {
    this.#names.delete(username);
  }

  /** Milliseconds until the next attempt is looked at; 0: now. */
  waitMs(username: string, from: string, now: number): number {
    const ofName = this.#names.get(username);
    if (ofName === undefined) return 0;
    const ofAddress = ofName.byAddress.get(from);
    return Math.max(waitAfter(ofName, FAILURES_FROM_ALL, now), waitAfter(ofAddress, FAILURES_FROM_ONE, now));
  }
}

function count(failures: Failures, at: number): void {
  failures.count = at - failures.lastAt > FORGET_MS ? 1 : failures.count + 1;
  failures.lastAt = at;
}

function waitAfter(failures: Failures | undefined, free: number, now: number): number {
  if (failures === undefined || failures.count < free) return 0;
  const step = Math.min(failures.count - free, WAITS_MS.length - 1);
  return Math.max(0, failures.lastAt + (WAITS_MS[step] ?? 0) - now);
}

function putLast<V>(map: Map<string, V>, key: string, value: V, max: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.keys().next();
  if (map.size > max && oldest.done !== true) map.delete(oldest.value);
}
