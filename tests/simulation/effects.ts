import type { Batch, Seq } from '../../gateway/journal/journal.ts';
import type { Chance } from './chance.ts';
import type { Weather } from './weather.ts';

/** Followers of the day, and how many batches each handles at once. */
const FOLLOWERS: Readonly<Record<string, number>> = { archive: 1, evidence: 3 };

/** What followers did in the world outside, which no crash takes back. */
export class Effects {
  readonly names = Object.keys(FOLLOWERS);
  /** How often each entry's effect happened, by follower. */
  readonly done = new Map(this.names.map((name) => [name, new Map<Seq, number>()]));
  readonly #weather: Weather;
  readonly #chance: Chance;
  readonly #onFault: (text: string) => void;

  constructor(weather: Weather, chance: Chance, onFault: (text: string) => void) {
    this.#weather = weather;
    this.#chance = chance;
    this.#onFault = onFault;
  }

  inFlightMaxOf = (name: string): number => FOLLOWERS[name] ?? 1;

  /** Entry by entry, some time between each two: a crash or a failure may come anywhere. */
  async carryOut(name: string, { entries }: Batch, wait: (ms: number) => Promise<void>): Promise<void> {
    await wait(this.#chance.between(0, 20));
    for (const { seq } of entries) {
      if (this.#chance.is(this.#weather.effectFails / 4)) throw new Error('the other side is away');
      this.#happen(name, seq);
    }
    await wait(this.#chance.between(0, 20));
    if (this.#chance.is(this.#weather.effectFails / 4)) throw new Error('no answer came, though it was done');
  }

  #happen(name: string, seq: Seq): void {
    const done = this.done.get(name) ?? new Map<Seq, number>();
    if (this.inFlightMaxOf(name) === 1 && seq > 1 && !done.has(seq - 1)) {
      this.#onFault(`${name} did entry ${seq} before entry ${seq - 1}`);
    }
    done.set(seq, (done.get(seq) ?? 0) + 1);
  }
}
