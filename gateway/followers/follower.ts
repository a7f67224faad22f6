import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Batch, CursorExpired, type Cursors, type Journal, type Seq } from '../journal/journal.ts';

/** Waits between attempts grow from the first to the second, each drawn evenly from nought to it (full jitter). */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 60_000;

/** Thrown by an effect whose other side said when to come again (Retry-After). Longer than a minute counts as a minute. */
export class TryLater extends Error {
  readonly afterMs: number;
  constructor(message: string, afterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TryLater';
    this.afterMs = afterMs;
  }
}

export type FollowerPorts = Readonly<{
  /** The name under which the cursor is kept; never change one that has been released. */
  name: string;
  journal: Pick<Journal, 'follow' | 'head'>;
  cursors: Cursors;
  /**
   * Does everything that follows from a batch. It is repeated when it throws and, after a crash, when it had finished
   * but the cursor was not stored: so its effect must be the same when done twice.
   */
  handle(batch: Batch, stop: AbortSignal): Promise<void>;
  log: Logger;
  stop: AbortSignal;
  now: () => number;
  /** From 0 up to, not including, 1. */
  random: () => number;
  /** Batches handled at the same time, 1 if absent. The cursor still passes only what has been handled without a gap. */
  inFlightMax?: number;
}>;

export type FollowerState = Readonly<{
  status: 'following' | 'retrying' | 'stopped';
  cursor: Seq;
  /** Attempts that failed since the start. */
  failures: number;
  /** Since when nothing has gone through, while it is being retried. */
  failingSince: number | undefined;
  lastError: string | undefined;
}>;

export type Follower = Readonly<{
  /** Settles after `stop`, once what was being handled is through or given up; it never rejects. */
  done: Promise<void>;
  /** Entries of the journal that are not behind the cursor yet. */
  lag(): number;
  state(): FollowerState;
}>;

/** Follows the journal from the follower's own cursor until `stop`; nothing is skipped, a failure is retried for ever. */
export function runFollower(ports: FollowerPorts): Follower {
  const run = new Run(ports);
  return { done: run.untilStopped(), lag: () => run.lag(), state: () => run.state() };
}

class Run {
  readonly #ports: FollowerPorts;
  #cursor: Seq = 0;
  #isStopped = false;
  #failures = 0;
  /** Steps that are being retried now, by the time of their first failure. */
  readonly #failing = new Map<symbol, number>();
  #lastError: string | undefined;
  /** Resolves to whether everything taken so far is behind the cursor. Each batch hangs on the one before it. */
  #stored: Promise<boolean> = Promise.resolve(true);
  readonly #inFlight: Promise<boolean>[] = [];

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  lag = (): number => Math.max(0, this.#ports.journal.head() - this.#cursor);

  state(): FollowerState {
    const isFailing = this.#failing.size > 0;
    return {
      status: this.#isStopped ? 'stopped' : isFailing ? 'retrying' : 'following',
      cursor: this.#cursor,
      failures: this.#failures,
      failingSince: isFailing ? Math.min(...this.#failing.values()) : undefined,
      lastError: this.#lastError,
    };
  }

  async untilStopped(): Promise<void> {
    while (!this.#ports.stop.aborted) await this.#untilDone('follow', () => this.#follow());
    this.#isStopped = true;
  }

  async #follow(): Promise<void> {
    const { name, journal, cursors, stop, log } = this.#ports;
    this.#cursor = cursors.read(name);
    try {
      for await (const batch of journal.follow(this.#cursor, stop)) await this.#take(batch);
      if (!stop.aborted) throw new Error('the journal ended before it was told to');
    } catch (error) {
      if (!(error instanceof CursorExpired)) throw error;
      log.error(
        { follower: name, cursor: this.#cursor, oldest: error.oldest },
        'entries are gone, going on at the oldest',
      );
      await this.#storeCursor(error.oldest - 1);
    } finally {
      await this.#stored; // whoever comes next reads the cursor: nothing may move it afterwards
      this.#inFlight.length = 0;
    }
  }

  /** Starts on a batch, and waits while as many as allowed are under way. */
  async #take(batch: Batch): Promise<void> {
    const { handle, stop, inFlightMax = 1 } = this.#ports;
    const { last } = batch; // all that is kept of it once it is handled, however long it waits for those before it
    const handled = this.#untilDone('handle', () => handle(batch, stop));
    this.#stored = Promise.all([this.#stored, handled]).then((isThrough) =>
      isThrough.every(Boolean) ? this.#untilDone('store cursor', () => this.#storeCursor(last)) : false,
    );
    this.#inFlight.push(this.#stored);
    if (this.#inFlight.length >= inFlightMax) await this.#inFlight.shift();
  }

  async #storeCursor(cursor: Seq): Promise<void> {
    await this.#ports.cursors.store(this.#ports.name, cursor);
    this.#cursor = cursor;
  }

  /** Repeats a step until it goes through (true) or the follower is stopped (false). Tries once even when stopped. */
  async #untilDone(step: string, effect: () => Promise<void>): Promise<boolean> {
    const retry = Symbol(step);
    try {
      for (let attempt = 0; ; attempt++) {
        try {
          await effect();
          return true;
        } catch (error) {
          if (!this.#failing.has(retry)) this.#failing.set(retry, this.#ports.now());
          if (!(await this.#waitAfter(step, attempt, error))) return false;
        }
      }
    } finally {
      this.#failing.delete(retry);
    }
  }

  async #waitAfter(step: string, attempt: number, error: unknown): Promise<boolean> {
    const { name, random, log, stop } = this.#ports;
    this.#failures++;
    this.#lastError = error instanceof Error ? error.message : String(error);
    const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 20));
    const askedMs = error instanceof TryLater ? Math.min(BACKOFF_MAX_MS, error.afterMs) : 0;
    const waitMs = Math.max(Math.round(random() * ceilingMs), askedMs);
    const isAlone = this.#failing.size === 1; // a second one that fails beside it says nothing new
    if (isAlone)
      log.warn({ follower: name, step, attempt, waitMs, cursor: this.#cursor, err: error }, 'follower will try again');
    await sleep(waitMs, undefined, { signal: stop }).catch(() => undefined); // woken by the stop: seen on the next line
    return !stop.aborted;
  }
}
