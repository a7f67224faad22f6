/** An event that has not been repeated for this long is over. */
export const SILENCE_MS = 10_000;
/** Events that go on at once, of all cameras; past it the one that was repeated longest ago is forgotten. */
const RUNS_MAX = 10_000;

type Post = Readonly<{
  /** Which event of which device. */
  run: string;
  active: boolean;
  dateTime: string;
  /** The camera says that this is the first post of a run. */
  isFirst: boolean;
  /** When it was received, in milliseconds. */
  at: number;
  /** NaN: the usual silence. */
  silenceMs: number;
}>;

/** Since when each event goes on (活动段): cameras repeat an event each second while it lasts. */
export class Runs {
  readonly #runs = new Map<string, Readonly<{ start: string; at: number }>>();

  /** The `dateTime` of the first post of the run that this post belongs to; '' for an end of what never began. */
  startOf({ run, active, dateTime, isFirst, at, silenceMs }: Post): string {
    const known = this.#runs.get(run);
    this.#runs.delete(run); // set again at the end: the oldest stands first
    if (!active) return known?.start ?? '';
    const isOver = known === undefined || at - known.at > (Number.isNaN(silenceMs) ? SILENCE_MS : silenceMs);
    const start = isOver || (isFirst && dateTime !== known.start) ? dateTime : known.start;
    if (this.#runs.size >= RUNS_MAX) this.#runs.delete(this.#runs.keys().next().value ?? '');
    this.#runs.set(run, { start, at });
    return start;
  }
}
