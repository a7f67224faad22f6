import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds of the machine's monotonic clock: the same in all processes, so that one may measure what another said. */
export function clockMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000 + nanoseconds / 1e6;
}

/** What a sensor writes into an event's text: its number, and when it was said. */
export const stamped = (order: number): string => `${order}@${clockMs()}`;

/** Delays are counted by the tenth of a millisecond up to 20 s. */
const BUCKET_MS = 0.1;
const BUCKETS = 200_000;
const QUIET_MS = 2_000;
const WITHIN_MS = 20_000;

/** Twenty thousand a second come: looked at by hand, since what checks them well would be what is measured. */
type Change = { seq: number; alarm: { text?: string } };
const isChange = (message: unknown): message is Change =>
  typeof message === 'object' && message !== null && 'seq' in message && 'alarm' in message;

/** What the screens of one process have heard: how late, and for each screen which seqs in which order. */
export class Hearing {
  readonly #screens: { group: number; seqs: number[] }[] = [];
  readonly #orders: number[] = [];
  readonly #delaysMs: number[] = [];
  #bytes = 0;
  reloads = 0;

  add(group: number): number {
    this.#screens.push({ group, seqs: [] });
    return this.#screens.length - 1;
  }

  /** Only what is live counts as a delay; what a screen missed comes as late as it was away. */
  take(screen: number, message: unknown, isLive: boolean): { seq: number } {
    const at = clockMs();
    if (!isChange(message)) throw new Error(`not a change: ${JSON.stringify(message)}`);
    const { seq, alarm } = message;
    this.#screens[screen]?.seqs.push(seq);
    const text = alarm.text ?? '';
    const mark = text.indexOf('@');
    this.#orders.push(isLive ? Number(text.slice(0, mark)) : Number.NaN);
    this.#delaysMs.push(at - Number(text.slice(mark + 1)));
    if (this.#orders.length % 997 === 1) this.#bytes = Math.max(this.#bytes, JSON.stringify(message).length);
    return { seq };
  }

  /** Until nothing has come for a while. */
  async quiet(): Promise<void> {
    const until = clockMs() + WITHIN_MS;
    for (let before = -1; before !== this.#orders.length && clockMs() < until; ) {
      before = this.#orders.length;
      await sleep(QUIET_MS);
    }
  }

  /** Delays of the events from number `from` on and below `to` as a histogram, and the different lists of seqs by group. */
  report(from: number, to: number): unknown {
    const delays: Record<number, number> = {};
    for (const [at, order] of this.#orders.entries()) {
      if (!(order >= from && order < to)) continue;
      const ms = this.#delaysMs[at] ?? Number.NaN;
      const bucket = Math.min(BUCKETS, Math.max(0, Math.round(ms / BUCKET_MS)));
      delays[bucket] = (delays[bucket] ?? 0) + 1;
    }
    const lists = new Map<string, { group: number; screens: number; seqs: number[] }>();
    for (const { group, seqs } of this.#screens) {
      const key = `${group}:${seqs.join()}`;
      const known = lists.get(key);
      if (known === undefined) lists.set(key, { group, screens: 1, seqs });
      else known.screens += 1;
    }
    return { delays, lists: [...lists.values()], bytes: this.#bytes, reloads: this.reloads };
  }
}
