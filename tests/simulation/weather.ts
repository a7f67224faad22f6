import type { Chance } from './chance.ts';

/** What goes wrong on this day and how often, drawn from the seed: some days are calm, some have everything at once. */
export type Weather = {
  /** Of a crash before each step. */
  crash: number;
  slowCommits: number;
  /** Of an append that finds the queue of the journal full. */
  queueIsFull: number;
  /** Of a commit that the disk refuses, though it takes the next. */
  refusals: number;
  isDiskFull: boolean;
  isBrokerAway: boolean;
  /** Of a device that sends its last messages once more. */
  repeats: number;
  /** Of an effect of a follower that fails. */
  effectFails: number;
  /** Of a machine whose clock is set back while the gateway is down. */
  clockJumps: number;
  /** Writes in one transaction, and entries that a follower reads at once: small, so that things fall apart there. */
  commitMax: number;
  readMax: number;
  /** How much slower than usual devices speak: milliseconds between two words of one device at most. */
  paceMs: number;
};

export function drawWeather(chance: Chance): Weather {
  const or = (much: number): number => (chance.is(0.5) ? 0 : much * chance.next());
  return {
    crash: or(0.02),
    slowCommits: or(0.2),
    queueIsFull: or(0.02),
    refusals: or(0.2),
    isDiskFull: false,
    isBrokerAway: false,
    repeats: or(0.3),
    effectFails: or(0.3),
    clockJumps: or(0.5),
    commitMax: chance.pick([1, 2, 3, 8, 512]),
    readMax: chance.pick([1, 3, 1000]),
    paceMs: chance.pick([20, 200, 5_000, 60_000]),
  };
}

/** Nothing goes wrong any more: the end of the day, when everything must come to rest. */
export function clearUp(weather: Weather): void {
  const none = { crash: 0, slowCommits: 0, queueIsFull: 0, refusals: 0, repeats: 0, effectFails: 0, clockJumps: 0 };
  Object.assign(weather, none, { isDiskFull: false, isBrokerAway: false });
}
