import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Journal, JournalQueries, Recorded, Seq } from '../journal/journal.ts';

/** Entries looked at behind one that fails, to know whether others would go. */
const BEHIND_MAX = 10;
/** A reason is read by a person; what is longer is cut. */
const REASON_MAX_CHARS = 500;
/** Followers that wait for a resume at once, each with its batches under way. */
const WAITING_MAX = 10_000;

export type Pause = Readonly<{ by: string; at: number }>;
/** An entry whose effect a follower gave up, kept with its reason. `kind` is that of the entry. */
export type SetAside = Readonly<{ seq: Seq; kind: string; reason: string; attempts: number }>;
export type KeptAside = SetAside & Readonly<{ follower: string; at: number }>;

/** What a follower asks of those who watch over it. */
export interface Supervision {
  pauseOf(follower: string): Pause | undefined;
  /** Resolves once the follower is not paused (true) or `stop` has come (false). */
  untilResumed(follower: string, stop: AbortSignal): Promise<boolean>;
  /** Durable when it resolves; doing it again after a crash leaves one. Throws JournalUnavailable. */
  setAside(follower: string, entry: SetAside): Promise<void>;
  /** The next entries after this one, for a look at whether they go. */
  behind(seq: Seq): readonly Recorded[];
}

export type SupervisionPorts = Readonly<{
  journal: Pick<Journal, 'append' | 'read'>;
  queries: Pick<JournalQueries, 'facts'>;
  now: () => number;
}>;

const KeptPause = z.object({ by: z.string(), at: z.number() });
const KeptEntry = z.object({
  follower: z.string(),
  seq: z.int(),
  kind: z.string(),
  reason: z.string(),
  attempts: z.int(),
  at: z.number(),
});

/** Pauses and entries set aside, kept in the journal: they hold over a restart, and the audit sees who did it. */
export class FollowerDesk implements Supervision {
  readonly #ports: SupervisionPorts;
  readonly #paused = new Map<string, Pause>();
  readonly #word = new EventEmitter().setMaxListeners(WAITING_MAX);

  constructor(ports: SupervisionPorts) {
    this.#ports = ports;
    for (const { key, value } of ports.queries.facts('follower/')) {
      this.#paused.set(key.slice('follower/'.length), KeptPause.parse(value));
    }
  }

  pauseOf = (follower: string): Pause | undefined => this.#paused.get(follower);

  /** No new entry is begun on once it resolves; what is under way goes through. */
  async pause(follower: string, by: Actor): Promise<void> {
    if (this.#paused.has(follower)) return;
    const at = this.#ports.now();
    await this.#store(`follower/${follower}`, { kind: 'follower-paused', follower, by, pausedAt: at });
    this.#paused.set(follower, { by: by.name, at });
  }

  async resume(follower: string, by: Actor): Promise<void> {
    if (!this.#paused.has(follower)) return;
    await this.#store(`follower/${follower}`, { kind: 'follower-resumed', follower, by });
    this.#paused.delete(follower);
    this.#word.emit('resumed');
  }

  async untilResumed(follower: string, stop: AbortSignal): Promise<boolean> {
    while (this.#paused.has(follower)) {
      if (stop.aborted) return false;
      await once(this.#word, 'resumed', { signal: stop }).catch(() => undefined); // the stop is seen above
    }
    return true;
  }

  async setAside(follower: string, { seq, kind, reason, attempts }: SetAside): Promise<void> {
    if (kind === 'entry-set-aside') return; // a follower that fails at everything must not feed itself
    await this.#store(`set-aside/${follower}`, {
      kind: 'entry-set-aside',
      follower,
      aside: { seq, kind, reason: reason.slice(0, REASON_MAX_CHARS), attempts, at: this.#ports.now() },
    });
  }

  behind = (seq: Seq): readonly Recorded[] => this.#ports.journal.read(seq, BEHIND_MAX);

  /** What is set aside, the latest `limit` of a follower by their place in the log, and how many there are. */
  keptOf(follower: string, limit: number): Readonly<{ count: number; latest: readonly KeptAside[] }> {
    const kept = [...this.#ports.queries.facts(`set-aside/${follower}/`)];
    const latest = kept.slice(-limit).reverse();
    return { count: kept.length, latest: latest.map(({ value }) => KeptEntry.parse(value)) };
  }

  async #store(subject: string, entry: OtherEntry): Promise<void> {
    await this.#ports.journal.append([{ subject, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] }]);
  }
}
