import { SEVERITIES, type Severity } from '../severity/levels.ts';
import { SEQUENCES } from './tones.ts';

/** Besides red at most one sequence every 10 s, so that a flood does not drown the room. */
const SPACING_MS = 10_000;

export type Heard = Readonly<{ severity: Severity; at: number }>;
export type Situation = Readonly<{
  /** Levels that have an alarm nobody accepted. */
  waiting: ReadonlySet<Severity>;
  /** Levels of alarms that came since the last look. */
  arrived: ReadonlySet<Severity>;
  last: Heard | undefined;
  /** Levels that were silenced by hand (消声); a new orange or red undoes it. */
  silenced: ReadonlySet<Severity>;
  now: number;
}>;

/** The level whose sequence is to be played now: the gravest that is due, or none. */
export function nextSound({ waiting, arrived, last, silenced, now }: Situation): Severity | undefined {
  const isDue = (severity: Severity): boolean => {
    const sequence = SEQUENCES[severity];
    if (sequence === undefined || silenced.has(severity)) return false;
    const sinceMs = last === undefined ? Number.POSITIVE_INFINITY : now - last.at;
    if (arrived.has(severity) && (severity === 1 || sinceMs >= SPACING_MS)) return true;
    return sequence.repeatMs !== undefined && waiting.has(severity) && sinceMs >= sequence.repeatMs;
  };
  return SEVERITIES.find(isDue);
}
