import type { PatrolRound } from '../domain/patrol.ts';
import { KEPT_MS } from './task-book.ts';

/** Rounds that are kept: 30 days of 200 shifts a day. Beyond it the oldest that is not open goes. */
export const ROUNDS_MAX = 6_000;

/** Rounds as the log has them. */
export class RoundBook {
  readonly #rounds = new Map<string, PatrolRound>();

  constructor(rounds: Iterable<PatrolRound>) {
    for (const round of rounds) this.put(round);
  }

  find = (id: string): PatrolRound | undefined => this.#rounds.get(id);
  all = (): readonly PatrolRound[] => [...this.#rounds.values()];
  put = (round: PatrolRound): unknown => this.#rounds.set(round.id, round);
  remove = (id: string): unknown => this.#rounds.delete(id);

  /** Takes a round in as it will be, and answers how to take that back: where nothing was built on it since. */
  fold(round: PatrolRound): () => void {
    const was = this.#rounds.get(round.id);
    this.put(round);
    return () => {
      if (this.#rounds.get(round.id) !== round) return;
      if (was === undefined) this.remove(round.id);
      else this.put(was);
    };
  }

  /** Rounds whose alarm or state may still change. */
  underWay = (): readonly PatrolRound[] =>
    this.all().filter(({ state, late }) => state === 'open' || late?.isOver === false);

  /** Rounds that need no longer be kept. */
  over(now: number): readonly PatrolRound[] {
    const ended = this.all()
      .filter(({ state, late }) => state !== 'open' && late?.isOver !== false)
      .sort((a, b) => a.to - b.to);
    const beyond = this.#rounds.size - ROUNDS_MAX;
    return ended.filter(({ to }, index) => index < beyond || now - to > KEPT_MS);
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state, late } of this.#rounds.values()) {
      const key = state === 'open' && late !== undefined ? 'late' : state;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }
}
