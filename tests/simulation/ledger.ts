import { identityOf } from '../../gateway/desk/identity.ts';
import type { IntakeStage } from '../../gateway/desk/intake.ts';
import type { Intake, Report, Signal } from '../../gateway/domain/signal.ts';
import type { Disk } from './disk.ts';

/** What the intake counted for one report, in order: `decided raised`, `nothing not-open`, … */
type Outcome = string;

/**
 * Holds the gateway to its word: when something is acknowledged, it is looked for on the disk at that moment.
 * The first fault is kept; the day ends with it.
 */
export class Ledger {
  fault: Error | undefined;
  readonly #disk: Disk;
  readonly #outcomes = new WeakMap<Report, Outcome[]>();
  /** Signals that were answered by a reason why nothing follows: not on the disk, and known all the same. */
  readonly #answered = new Set<string>();
  #reports: readonly Report[] = [];
  #current: Outcome[] | undefined;
  promises = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  broken = (error: unknown): void => {
    this.fault ??= error instanceof Error ? error : new Error(String(error));
  };

  /** The intake, with an eye on what it counts for each report: it decides all of them before it first waits. */
  watching(intake: Intake): Intake {
    return {
      accept: (reports) => {
        this.#reports = [...reports];
        const accepted = intake.accept(reports);
        this.#current = undefined;
        return accepted;
      },
    };
  }

  readonly count = (stage: IntakeStage, label: string): void => {
    if (stage !== 'received') this.#current?.push(`${stage} ${label}`);
    else {
      const [report, ...rest] = this.#reports;
      this.#reports = rest;
      this.#current = [];
      if (report !== undefined) this.#outcomes.set(report, this.#current);
    }
  };

  /** Something was acknowledged: all that follows from it must be durable now. */
  promised(what: string, reports: readonly Report[]): void {
    this.promises += 1;
    for (const report of reports) {
      const wrong = this.#missing(report);
      if (wrong !== undefined) this.broken(new Error(`acknowledged, but ${wrong}: ${what}`));
    }
  }

  #missing(report: Report): string | undefined {
    const outcomes = this.#outcomes.get(report);
    if (outcomes === undefined) return 'never given to the intake';
    switch (report.kind) {
      case 'signal':
        return this.#signalMissing(report, outcomes);
      case 'telemetry':
        return this.#holds(JSON.stringify(report.values)) ? undefined : 'its values are not in the journal';
      case 'dead-letter':
        return this.#holds(JSON.stringify(report.payload)) ? undefined : 'its dead letter is not in the journal';
      case 'status':
      case 'access':
        return undefined; // looked at when all has come to rest
      default:
        return report satisfies never;
    }
  }

  #signalMissing(signal: Signal, outcomes: readonly Outcome[]): string | undefined {
    if (outcomes.some((one) => one.startsWith('dead-letter'))) return this.#letterMissing(signal);
    if (signal.id === undefined && signal.at === undefined) return undefined; // by nothing it can be known again
    const identity = identityOf(signal, 0);
    const times = this.#disk.entries.filter(({ entry }) => 'signal' in entry && entry.signal === identity).length;
    if (times > 0) return undefined; // more than once is a fault of the log, found there
    const [first] = outcomes;
    if (first === undefined || first.startsWith('decided')) return `decided (${first}) and not in the journal`;
    if (first !== 'nothing duplicate') this.#answered.add(identity);
    return this.#answered.has(identity) ? undefined : 'called a duplicate of what is not in the journal';
  }

  #letterMissing({ id }: Signal): string | undefined {
    return this.#holds(`\\"${id ?? ''}\\"`) ? undefined : 'its dead letter is not in the journal';
  }

  #holds = (text: string): boolean => this.#disk.entries.some(({ entry }) => JSON.stringify(entry).includes(text));
}
