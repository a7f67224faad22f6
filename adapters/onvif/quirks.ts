/** No camera is pulled in shorter turns than this. */
const PULL_LEAST_MS = 2_000;
/** A pull that broke sooner had not been waiting: it says nothing about how long one may last. */
export const WAITED_MS = 1_000;
/** Two breaks at about the same length are a habit; one is a cable, a switch or a power cut. */
const ALIKE = 0.2;
/** A learnt length is a little below the one at which the connection broke. */
const SAFE_SHARE = 0.8;
/** After so many pulls that held, a longer one is tried again: what was learnt may have been chance. */
const HELD_MANY = 50;
/** Models whose pulls break early; a city has dozens. */
const MODELS_MAX = 256;

type Learnt = { longestMs: number | undefined; brokeAtMs: number | undefined; held: number };

/** What cameras of a model do not bear, learnt while it runs: some drop every waiting pull after 10 s. */
export class ModelQuirks {
  readonly #models = new Map<string, Learnt>();

  /** The longest pull that this model holds, as far as is known. */
  pullMs(model: string, wantedMs: number): number {
    return Math.min(wantedMs, this.#models.get(model)?.longestMs ?? wantedMs);
  }

  /** A pull of this length was answered. */
  pullHeld(model: string, pullMs: number): void {
    const learnt = this.#models.get(model);
    if (learnt === undefined) return;
    if (learnt.brokeAtMs !== undefined && pullMs > learnt.brokeAtMs) learnt.brokeAtMs = undefined;
    learnt.held += 1;
    if (learnt.longestMs === undefined || learnt.held < HELD_MANY) return;
    learnt.longestMs = undefined;
    learnt.held = 0;
  }

  /** The camera broke a waiting pull after this long. */
  pullBroke(model: string, afterMs: number): void {
    if (afterMs < WAITED_MS) return;
    const learnt = this.#learntOf(model);
    const isHabit = learnt.brokeAtMs !== undefined && Math.abs(afterMs - learnt.brokeAtMs) < learnt.brokeAtMs * ALIKE;
    if (isHabit)
      learnt.longestMs = Math.max(
        PULL_LEAST_MS,
        Math.round(Math.min(afterMs, learnt.brokeAtMs ?? afterMs) * SAFE_SHARE),
      );
    learnt.brokeAtMs = afterMs;
    learnt.held = 0;
  }

  #learntOf(model: string): Learnt {
    const known = this.#models.get(model);
    if (known !== undefined) return known;
    const [oldest] = this.#models.keys();
    if (oldest !== undefined && this.#models.size >= MODELS_MAX) this.#models.delete(oldest);
    const learnt: Learnt = { longestMs: undefined, brokeAtMs: undefined, held: 0 };
    this.#models.set(model, learnt);
    return learnt;
  }
}
