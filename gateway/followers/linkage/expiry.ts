import type { AlarmId } from '../../domain/alarm.ts';

/** Questions that wait for a person; beyond it the oldest is not expired by itself, though nobody can say yes to it. */
const WAITING_MAX = 10_000;

type Question = Readonly<{ alarm: AlarmId; rule: string; step: string; until: number }>;

/** Questions to people, and which of them are over. */
export class Questions {
  readonly #waiting = new Map<string, Question>();

  ask(question: Question): void {
    if (this.#waiting.size < WAITING_MAX) this.#waiting.set(keyOf(question), question);
  }

  /** Those whose time is over, each told once. */
  over(now: number): readonly Question[] {
    const over = [...this.#waiting.values()].filter(({ until }) => until <= now);
    for (const question of over) this.#waiting.delete(keyOf(question));
    return over;
  }
}

const keyOf = ({ alarm, rule, step }: Question): string => `${alarm}/${rule}/${step}`;
