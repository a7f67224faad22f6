import type { Logger } from 'pino';
import type { BadValue } from '../domain/bad-value.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { AccessEvent, DeadLetter, Report, Telemetry } from '../domain/signal.ts';
import type { Journal } from '../journal/journal.ts';
import { judgeClock } from './device-clock.ts';
import type { AlarmLanes } from './lanes.ts';

export type ReportLogPorts = Readonly<{
  lanes: Pick<AlarmLanes, 'heard'>;
  journal: Pick<Journal, 'append'>;
  count: (stage: 'dead-letter', label: string) => void;
  now: () => number;
  clockAllowanceMs: number;
  log: Logger;
}>;

/** What goes into the log beside the alarms: measurements, doors, and what nobody could read. */
export class ReportLog {
  readonly #ports: ReportLogPorts;

  constructor(ports: ReportLogPorts) {
    this.#ports = ports;
  }

  telemetry({ asDeadLetter: _message, ...telemetry }: Telemetry, receivedAt: number): Promise<void> {
    const { occurredAt } = judgeClock(telemetry.at, receivedAt, this.#ports.clockAllowanceMs);
    const entry = { kind: 'telemetry', telemetry: { ...telemetry, at: occurredAt } } as const;
    return this.#store(`telemetry/${telemetry.device}`, entry);
  }

  access({ asDeadLetter: _message, ...access }: AccessEvent, receivedAt: number): Promise<void> {
    const { occurredAt } = judgeClock(access.at, receivedAt, this.#ports.clockAllowanceMs);
    return this.#store(`access/${access.device}`, { kind: 'access', access: { ...access, at: occurredAt } });
  }

  refuse(report: Exclude<Report, DeadLetter>, fault: BadValue): Promise<void> {
    const { asDeadLetter, kind, device, ...said } = report;
    const plain = (): DeadLetter => {
      return { kind: 'dead-letter', topic: `${kind}/${device}`, device, fault, payload: JSON.stringify(said) };
    };
    return this.deadLetter(asDeadLetter?.(fault) ?? plain());
  }

  async deadLetter(letter: DeadLetter): Promise<void> {
    const { fault, topic, device } = letter;
    this.#ports.count('dead-letter', fault.reason);
    this.#ports.log.warn(
      { topic, device, field: fault.field, reason: fault.reason, expected: fault.expected },
      'message refused',
    );
    await this.#store('dead-letter', { kind: 'dead-letter', letter });
  }

  /** Once, however often a broker delivers it. */
  #store(subject: string, entry: OtherEntry): Promise<void> {
    const { journal, lanes, now } = this.#ports;
    return lanes.heard.once(entry, now(), async () => {
      await journal.append([{ subject, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] }]);
    });
  }
}
