import type { Logger } from 'pino';
import { decide } from '../alarms/decide.ts';
import type { Occurrence } from '../alarms/decider.ts';
import type { AlarmDefinition, AlarmId, TimeLimits } from '../domain/alarm.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Severity } from '../domain/severity.ts';
import type { AccessEvent, DeadLetter, Intake, Report, Signal, Status, Telemetry } from '../domain/signal.ts';
import type { Journal } from '../journal/journal.ts';
import { judgeClock } from './device-clock.ts';
import { identityOf } from './identity.ts';
import type { AlarmLanes } from './lanes.ts';

/** What the intake needs to know of devices and their words. */
export type IntakePorts = Readonly<{
  lanes: AlarmLanes;
  journal: Journal;
  findDevice: (id: DeviceId) => Device | undefined;
  /** The alarm type that a device means by a word of its own, a catalogue code or an ONVIF topic. */
  definitionOf: (device: Device, word: string) => AlarmDefinition | undefined;
  limitsOf: (profile: string, severity: Severity) => TimeLimits;
  presence: PresenceBook;
  count: (stage: IntakeStage, label: string) => void;
  newAlarmId: () => AlarmId;
  now: () => number;
  clockAllowanceMs: number;
  log: Logger;
}>;

/** Whether devices are there, as the registry keeps it. */
export interface PresenceBook {
  /** Undefined while the device has never said so. */
  isOnline(device: DeviceId): boolean | undefined;
  heard(device: DeviceId, at: number): void;
  setOnline(device: DeviceId, online: boolean | undefined): void;
}

/** What is counted: what came in, what was decided, what led to nothing, what nobody could read. */
export type IntakeStage = 'received' | 'decided' | 'nothing' | 'dead-letter';

/** The types that the gateway raises by itself about a device. */
const OFFLINE = 'device.offline';
const CLOCK_OFF = 'device.clock.off';

/** The way from a decoded report to durable entries. */
export class SignalIntake implements Intake {
  readonly #ports: IntakePorts;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  async accept(reports: readonly Report[]): Promise<void> {
    const receivedAt = this.#ports.now();
    // Decided one after the other in this turn of the loop, then awaited together: they share one commit.
    await Promise.all(reports.map((report) => this.#take(report, receivedAt)));
  }

  #take(report: Report, receivedAt: number): Promise<void> {
    this.#ports.count('received', report.kind);
    if (report.kind === 'dead-letter') return this.#keepDeadLetter(report);
    const device = this.#ports.findDevice(report.device);
    if (device === undefined)
      return this.#refuse(report, badValue('unknown-device', 'device', report.device, 'a device of the registry'));
    this.#ports.presence.heard(device.id, receivedAt);
    switch (report.kind) {
      case 'signal':
        return this.#takeSignal(device, report, receivedAt);
      case 'status':
        return this.#takeStatus(device, report, receivedAt);
      case 'telemetry':
        return this.#takeTelemetry(report, receivedAt);
      case 'access':
        return this.#takeAccess(report, receivedAt);
      default:
        return report satisfies never;
    }
  }

  async #takeSignal(device: Device, signal: Signal, receivedAt: number): Promise<void> {
    const definition = this.#ports.definitionOf(device, signal.type);
    if (definition === undefined) {
      const expected = 'an alarm type of the catalogue, or a word that the device record maps to one';
      return this.#refuse(signal, badValue('unknown-code', 'type', signal.type, expected));
    }
    const clock = judgeClock(signal.at, receivedAt, this.#ports.clockAllowanceMs);
    const occurrence = this.#occurrence(device, definition, signal, clock.occurredAt, receivedAt);
    await Promise.all([this.#judge(occurrence), this.#judgeClockOf(device, signal, clock.isOff, receivedAt)]);
  }

  #occurrence(
    device: Device,
    definition: AlarmDefinition,
    signal: Signal,
    occurredAt: number,
    receivedAt: number,
  ): Occurrence {
    return {
      device,
      definition,
      limits: (severity) => this.#ports.limitsOf(definition.limitProfile, severity),
      identity: identityOf(signal, receivedAt),
      occurredAt,
      receivedAt,
      active: signal.active,
      severity: signal.severity,
      value: signal.value,
      text: signal.text,
      place: signal.place,
      isReplay: signal.isReplay ?? false,
      newAlarm: this.#ports.newAlarmId(),
    };
  }

  async #judge(occurrence: Occurrence): Promise<void> {
    const { lanes, count } = this.#ports;
    const device = occurrence.device.id;
    const decision = decide(lanes.stateOf(device), occurrence);
    if ('entries' in decision) {
      for (const { kind } of decision.entries) count('decided', kind);
      await lanes.commit(device, decision.entries);
      return;
    }
    count('nothing', decision.nothing);
    // What this one repeats may still be on its way to the disk: an acknowledgement now would promise too much.
    await lanes.settled(device);
  }

  /** Raises or clears 时钟偏差 by what this signal's time shows of the device's clock. */
  async #judgeClockOf(device: Device, signal: Signal, isOff: boolean, receivedAt: number): Promise<void> {
    if (signal.at === undefined || signal.type === CLOCK_OFF) return;
    const isFlagged = this.#ports.lanes.stateOf(device.id).open.get(CLOCK_OFF)?.condition === 'active';
    if (isOff === isFlagged) return;
    await this.#raiseOwn(device, CLOCK_OFF, isOff, receivedAt);
  }

  async #takeStatus(device: Device, status: Status, receivedAt: number): Promise<void> {
    const { presence } = this.#ports;
    const was = presence.isOnline(device.id);
    if (was === status.online) return this.#ports.lanes.settled(device.id);
    const entry: OtherEntry = {
      kind: 'device-status',
      device: device.id,
      online: status.online,
      statusAt: status.at ?? receivedAt,
    };
    presence.setOnline(device.id, status.online);
    try {
      await Promise.all([
        this.#store(`status/${device.id}`, entry),
        // A device that was never there is not missing yet.
        was === undefined && !status.online ? undefined : this.#raiseOwn(device, OFFLINE, !status.online, receivedAt),
      ]);
    } catch (error) {
      presence.setOnline(device.id, was);
      throw error;
    }
  }

  async #raiseOwn(device: Device, type: string, active: boolean, receivedAt: number): Promise<void> {
    const definition = this.#ports.definitionOf(device, type);
    if (definition === undefined) return;
    const signal: Signal = { kind: 'signal', device: device.id, type, active, at: receivedAt };
    await this.#judge(this.#occurrence(device, definition, signal, receivedAt, receivedAt));
  }

  #takeTelemetry({ asDeadLetter: _message, ...telemetry }: Telemetry, receivedAt: number): Promise<void> {
    const { occurredAt } = judgeClock(telemetry.at, receivedAt, this.#ports.clockAllowanceMs);
    return this.#store(`telemetry/${telemetry.device}`, {
      kind: 'telemetry',
      telemetry: { ...telemetry, at: occurredAt },
    });
  }

  #takeAccess({ asDeadLetter: _message, ...access }: AccessEvent, receivedAt: number): Promise<void> {
    const { occurredAt } = judgeClock(access.at, receivedAt, this.#ports.clockAllowanceMs);
    return this.#store(`access/${access.device}`, { kind: 'access', access: { ...access, at: occurredAt } });
  }

  #refuse(report: Exclude<Report, DeadLetter>, fault: BadValue): Promise<void> {
    const { asDeadLetter, kind, device, ...said } = report;
    const plain = (): DeadLetter => {
      return { kind: 'dead-letter', topic: `${kind}/${device}`, device, fault, payload: JSON.stringify(said) };
    };
    return this.#keepDeadLetter(asDeadLetter?.(fault) ?? plain());
  }

  async #keepDeadLetter(letter: DeadLetter): Promise<void> {
    const { fault, topic, device } = letter;
    this.#ports.count('dead-letter', fault.reason);
    this.#ports.log.warn(
      { topic, device, field: fault.field, reason: fault.reason, expected: fault.expected },
      'message refused',
    );
    await this.#store('dead-letter', { kind: 'dead-letter', letter });
  }

  async #store(subject: string, entry: OtherEntry): Promise<void> {
    await this.#ports.journal.append([{ subject, expectedVersion: undefined, entries: [{ entry, alarm: undefined }] }]);
  }
}
