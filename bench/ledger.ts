import type { AlarmDefinition } from '../gateway/domain/alarm.ts';
import type { Device } from '../gateway/domain/device.ts';
import type { Report } from '../gateway/domain/signal.ts';

type Stage = 'received' | 'decided' | 'nothing' | 'dead-letter';
type Counted = Readonly<{ word: string | undefined; stage: Stage; label: string }>;

/**
 * What became of each report, one outcome each. The intake decides a report before `accept` gives its promise, so that
 * whatever it counts in between belongs to it; by the word whose type it asked for last, what it says of its own beside
 * (that a device flaps, is back, floods) is told from what it was asked.
 */
export class Ledger {
  readonly outcomes = new Map<string, number>();
  /** What the gateway decided by itself: its own words, what it drew from reports, what had waited. */
  readonly drawn = new Map<string, number>();
  #counted: Counted[] | undefined;
  #word: string | undefined;

  readonly count = (stage: Stage, label: string): void => {
    const one = { word: this.#word, stage, label };
    if (this.#counted === undefined) this.#draw(one);
    else this.#counted.push(one);
  };

  /** Stands before the port by which the intake asks for alarm types. */
  readonly watching =
    (definitionOf: (device: Device, word: string) => AlarmDefinition | undefined) =>
    (device: Device, word: string): AlarmDefinition | undefined => {
      this.#word = word;
      return definitionOf(device, word);
    };

  /** Notes what becomes of one report while `accept` decides it. */
  take<T>(report: Report, accept: (report: Report) => T): T {
    const counted: Counted[] = [];
    this.#counted = counted;
    this.#word = undefined;
    const answer = accept(report);
    this.#counted = undefined;
    const own = report.kind === 'signal' ? report.type : undefined;
    const main = counted.findLast((one) => one.word === own && isOutcome(one));
    for (const one of counted) if (one !== main && one.stage !== 'received') this.#draw(one);
    add(
      this.outcomes,
      outcomeOf(
        report,
        main,
        counted.some((one) => one !== main && one.stage === 'decided'),
      ),
    );
    return answer;
  }

  get total(): number {
    return [...this.outcomes.values()].reduce((sum, count) => sum + count, 0);
  }

  #draw({ stage, label }: Counted): void {
    add(this.drawn, `${stage} ${label}`);
  }
}

/** What stands beside an outcome: that it came in, and milder alarms that a graver step took over. */
const isOutcome = ({ stage, label }: Counted): boolean => stage !== 'received' && label !== 'incident-joined';

/** Counts up in a table. */
export const add = (table: Map<string, number>, key: string): void => {
  table.set(key, (table.get(key) ?? 0) + 1);
};

function outcomeOf({ kind }: Report, main: Counted | undefined, hasDrawn: boolean): string {
  if (main !== undefined) return `${main.stage} ${main.label}`;
  if (kind === 'status') return hasDrawn ? 'kept status-changed' : 'nothing status-unchanged';
  if (kind === 'signal') return 'unaccounted';
  return `kept ${kind}`;
}
