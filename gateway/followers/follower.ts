import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { type Batch, CursorExpired, type Cursors, type Journal, type Recorded, type Seq } from '../journal/journal.ts';
import { type Failing, isAway, NeverWorks, OtherSideAway, partFailing } from './poison.ts';
import type { Supervision } from './supervision.ts';

/** Waits between attempts grow from the first to the second, each drawn evenly from nought to it (full jitter). */
const BACKOFF_FIRST_MS = 250;
const BACKOFF_MAX_MS = 60_000;
/** Failures of a batch, none of them an outage, after which the entry at fault is looked for: some 16 s by then. */
const POISON_AFTER = 8;
/**
 * Batches that are handled while their cursor is still on its way to the disk, where it waits for company: so many are
 * handled once more after a crash. Waiting for each would hold who is far behind to ten batches a second.
 */
const UNSTORED_MAX = 16;

/** Thrown by an effect whose other side said when to come again (Retry-After). Longer than a minute counts as a minute. */
export class TryLater extends OtherSideAway {
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
  /** Waits so many milliseconds or until `stop`. Absent: on the machine's clock. */
  sleep?: (ms: number, stop: AbortSignal) => Promise<void>;
  /** Pauses, and entries that are given up. Absent: nobody pauses it, and an entry that fails is tried for ever. */
  supervision?: Supervision;
  /** Whether it stands back while signals come in a flood: nobody waits for what it does. */
  isPatient?: boolean;
  /** Batches handled at the same time, 1 if absent. The cursor still passes only what has been handled without a gap. */
  inFlightMax?: number;
}>;

export type FollowerState = Readonly<{
  status: 'following' | 'retrying' | 'paused' | 'stopped';
  cursor: Seq;
  /** Attempts that failed since the start. */
  failures: number;
  /** Since when nothing has gone through, while it is being retried. */
  failingSince: number | undefined;
  lastError: string | undefined;
  /** Entries since the start that were gone from the journal before they could be taken. */
  missed: number;
}>;

export type Follower = Readonly<{
  /** Settles after `stop`, once what was being handled is through or given up; it never rejects. */
  done: Promise<void>;
  /** Entries of the journal that are not behind the cursor yet. */
  lag(): number;
  state(): FollowerState;
}>;

/**
 * Follows the journal from the follower's own cursor until `stop`. A failure is retried for ever; only an entry that
 * never works, or that holds up others which do, is set aside with its reason. Nothing else is skipped.
 */
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
  #missed = 0;
  /** Resolves to whether everything taken so far is handled. Each batch hangs on the one before it. */
  #through: Promise<boolean> = Promise.resolve(true);
  /** Resolves to whether it is behind the cursor, too. */
  #stored: Promise<boolean> = Promise.resolve(true);
  /** Where the cursor may go; what is on its way there takes along what was handled meanwhile. */
  #mayPass: Seq = 0;
  #storing: Promise<boolean> | undefined;
  readonly #inFlight: Promise<boolean>[] = [];
  /** Batches that are handled without a gap and that the cursor is not past yet. */
  #unstored = 0;

  constructor(ports: FollowerPorts) {
    this.#ports = ports;
  }

  lag = (): number => Math.max(0, this.#ports.journal.head() - this.#cursor);

  state(): FollowerState {
    const isFailing = this.#failing.size > 0;
    return {
      status: this.#status(isFailing),
      cursor: this.#cursor,
      failures: this.#failures,
      failingSince: isFailing ? Math.min(...this.#failing.values()) : undefined,
      lastError: this.#lastError,
      missed: this.#missed,
    };
  }

  #status(isFailing: boolean): FollowerState['status'] {
    if (this.#isStopped) return 'stopped';
    if (this.#ports.supervision?.pauseOf(this.#ports.name) !== undefined) return 'paused';
    return isFailing ? 'retrying' : 'following';
  }

  async untilStopped(): Promise<void> {
    while (!this.#ports.stop.aborted) await this.#untilDone('follow', () => this.#follow());
    this.#isStopped = true;
  }

  async #follow(): Promise<void> {
    const { name, journal, cursors, stop, log, isPatient } = this.#ports;
    this.#cursor = cursors.read(name);
    this.#mayPass = this.#cursor;
    try {
      for await (const batch of journal.follow(this.#cursor, stop, isPatient)) await this.#take(batch);
      if (!stop.aborted) throw new Error('the journal ended before it was told to');
    } catch (error) {
      if (!(error instanceof CursorExpired)) throw error;
      log.error(
        { follower: name, cursor: this.#cursor, oldest: error.oldest },
        'entries are gone, going on at the oldest',
      );
      this.#missed += error.oldest - 1 - this.#cursor;
      await this.#storeCursor(error.oldest - 1);
    } finally {
      await this.#stored; // whoever comes next reads the cursor: nothing may move it afterwards
      this.#inFlight.length = 0;
      this.#unstored = 0;
    }
  }

  /** Starts on a batch, and waits while as many as allowed are under way. */
  async #take(batch: Batch): Promise<void> {
    const { inFlightMax = 1 } = this.#ports;
    const { last } = batch; // all that is kept of it once it is handled, however long it waits for those before it
    const handled = this.#handle(batch);
    this.#through = Promise.all([this.#through, handled]).then((all) => all.every(Boolean));
    this.#stored = this.#through.then((isThrough) => (isThrough ? this.#storeUpTo(last) : false));
    this.#inFlight.push(this.#through);
    if (this.#inFlight.length >= inFlightMax) await this.#inFlight.shift();
    if (this.#unstored >= UNSTORED_MAX) await this.#storing;
  }

  #handle({ entries, last }: Batch): Promise<boolean> {
    const { name, handle, stop, supervision, log } = this.#ports;
    let [left, failures] = [entries, 0];
    return this.#untilDone('handle', async () => {
      try {
        await handle({ entries: left, last }, stop);
        log.debug({ follower: name, first: left[0]?.seq, last }, 'entries handled');
      } catch (error) {
        if (supervision === undefined || stop.aborted || isAway(error)) throw error;
        failures++;
        if (failures < POISON_AFTER && !(error instanceof NeverWorks)) throw error;
        left = await this.#setAside(supervision, left, failures);
        if (left.length > 0) throw error;
      }
    });
  }

  /** Gives up the entries that never work, and those that keep failing while others go. Answers what is left to do. */
  async #setAside(
    supervision: Supervision,
    entries: readonly Recorded[],
    failures: number,
  ): Promise<readonly Recorded[]> {
    const { failing, passed } = await partFailing(entries, (part) => this.#attempt(part), this.#ports.stop);
    const isHeldUp = failures >= POISON_AFTER && (passed > 0 || (await this.#goesBehind(supervision, entries)));
    const suspects = isHeldUp ? failing : failing.filter(({ error }) => error instanceof NeverWorks);
    // Once more, now that others have gone: what failed may have ended while they were being parted.
    const poison = await this.#stillFailing(suspects);
    for (const one of poison) await this.#giveUp(supervision, one, failures);
    const judged = new Set(suspects.map(({ recorded }) => recorded));
    return failing.flatMap(({ recorded }) => (judged.has(recorded) ? [] : [recorded]));
  }

  async #stillFailing(suspects: readonly Failing[]): Promise<readonly Failing[]> {
    const still: Failing[] = [];
    for (const { recorded } of suspects) {
      still.push(...(await partFailing([recorded], this.#attempt, this.#ports.stop)).failing);
    }
    return still;
  }

  #attempt = (entries: readonly Recorded[]): Promise<void> =>
    this.#ports.handle({ entries, last: entries.at(-1)?.seq ?? this.#cursor }, this.#ports.stop);

  /** Whether an entry behind these goes through; it is done again in its turn, as after a crash. */
  async #goesBehind(supervision: Supervision, entries: readonly Recorded[]): Promise<boolean> {
    const behind = supervision.behind(entries.at(-1)?.seq ?? this.#cursor);
    return behind.length > 0 && (await partFailing(behind, this.#attempt, this.#ports.stop)).passed > 0;
  }

  async #giveUp(supervision: Supervision, { recorded, error }: Failing, attempts: number): Promise<void> {
    const { name, log } = this.#ports;
    const { seq, entry } = recorded;
    const reason = error instanceof Error ? error.message : String(error);
    await supervision.setAside(name, { seq, kind: entry.kind, reason, attempts });
    log.error({ follower: name, seq, kind: entry.kind, attempts, err: error }, 'entry set aside');
  }

  /** Waits while an administrator has paused it; false when it is stopped meanwhile. */
  #untilResumed = async (): Promise<boolean> =>
    (await this.#ports.supervision?.untilResumed(this.#ports.name, this.#ports.stop)) ?? true;

  /** Many batches that are through at once cost one stored cursor, not one each. */
  #storeUpTo(seq: Seq): Promise<boolean> {
    this.#mayPass = seq;
    this.#unstored += 1;
    this.#storing ??= this.#storeAll();
    return this.#storing;
  }

  async #storeAll(): Promise<boolean> {
    await Promise.resolve(); // it is known as under way before it can be over
    try {
      while (this.#cursor < this.#mayPass) {
        const [seq, batches] = [this.#mayPass, this.#unstored];
        if (!(await this.#untilDone('store cursor', () => this.#storeCursor(seq)))) return false;
        this.#unstored -= batches;
      }
      return true;
    } finally {
      this.#storing = undefined; // in the turn of its last look: who comes now begins another one
    }
  }

  async #storeCursor(cursor: Seq): Promise<void> {
    await this.#ports.cursors.store(this.#ports.name, cursor);
    this.#cursor = cursor;
  }

  /** Repeats a step until it goes through (true) or the follower is stopped (false). Tries once even when stopped, unless paused. */
  async #untilDone(step: string, effect: () => Promise<void>): Promise<boolean> {
    const retry = Symbol(step);
    try {
      for (let attempt = 0; ; attempt++) {
        if (step === 'handle' && !(await this.#untilResumed())) return false;
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
    const { name, random, log, stop, sleep = sleepUntil } = this.#ports;
    this.#failures++;
    this.#lastError = error instanceof Error ? error.message : String(error);
    const ceilingMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** Math.min(attempt, 20));
    const askedMs = error instanceof TryLater ? Math.min(BACKOFF_MAX_MS, error.afterMs) : 0;
    const waitMs = Math.max(Math.round(random() * ceilingMs), askedMs);
    const isAlone = this.#failing.size === 1; // a second one that fails beside it says nothing new
    if (isAlone)
      log.warn({ follower: name, step, attempt, waitMs, cursor: this.#cursor, err: error }, 'follower will try again');
    await sleep(waitMs, stop);
    return !stop.aborted;
  }
}

/** Woken by the stop it resolves as well: its caller looks. */
const sleepUntil = (ms: number, stop: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal: stop }).catch(() => undefined);
