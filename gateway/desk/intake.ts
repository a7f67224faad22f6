import type { Logger } from 'pino';
import { decide } from '../alarms/decide.ts';
import type { Occurrence } from '../alarms/decider.ts';
import { flooding } from '../alarms/flooding.ts';
import type { AlarmDefinition, AlarmId, TimeLimits } from '../domain/alarm.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Severity } from '../domain/severity.ts';
import type { AccessEvent, DeadLetter, Intake, Report, Signal, Status, Telemetry } from '../domain/signal.ts';
import type { Journal } from '../journal/journal.ts';
import { judgeClock } from './device-clock.ts';
import { FloodWatch, type Held } from './flood-watch.ts';
import { identityOf } from './identity.ts';
import type { AlarmLanes } from './lanes.ts';
import { type PresenceBook, PresenceChanges } from './presence-changes.ts';
import type { RateLimit } from './rates.ts';

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
  /** How much one device may say; what is over it is folded and counted as `flooding`. */
  deviceRate: RateLimit;
  log: Logger;
}>;

/** What is counted: what came in, what was decided, what led to nothing, what nobody could read. */
export type IntakeStage = 'received' | 'decided' | 'nothing' | 'dead-letter';

/** The types that the gateway raises by itself about a device. */
const OFFLINE = 'device.offline';
const CLOCK_OFF = 'device.clock.off';
export const FLAPPING = 'device.flapping';
/** Under this name what a device said beyond its rate is counted. */
const FLOODING = 'flooding';

/** The way from a decoded report to durable entries. */
export class SignalIntake implements Intake {
  readonly #ports: IntakePorts;
  readonly #floods: FloodWatch;
  readonly #presences: PresenceChanges;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
    this.#presences = new PresenceChanges(ports.presence);
    this.#floods = new FloodWatch(ports.deviceRate);
  }

  /** At start: these devices' floods were under way, and end when they are calm. */
  resumeFloods(devices: Iterable<DeviceId>): void {
    for (const device of devices) this.#floods.begins(device, this.#ports.now());
  }

  /** Once a second: decides what was held of devices over their rate, and ends the floods of those that are calm. */
  async settleFloods(): Promise<void> {
    const at = this.#ports.now();
    const held = this.#floods.takeHeld().map((report) => this.#takeHeld(report, at));
    const calm = this.#floods.takeCalm(at).map((device) => this.#endFlood(device, at));
    await Promise.all([...held, ...calm]);
  }

  async accept(reports: readonly Report[]): Promise<void> {
    const receivedAt = this.#ports.now();
    // Decided one after the other in this turn of the loop, then awaited together: they share one commit.
    await Promise.all(reports.map((report) => this.#take(report, receivedAt)));
  }

  #take(report: Report, receivedAt: number): Promise<void> {
    const { count, findDevice } = this.#ports;
    count('received', report.kind);
    const isOver = report.device !== undefined && this.#floods.isOver(report.device, receivedAt);
    const device = report.device === undefined ? undefined : findDevice(report.device);
    const flood = isOver && device !== undefined ? this.#noteFlood(device, receivedAt) : undefined;
    const taken =
      report.kind === 'dead-letter' || device === undefined
        ? this.#takeUnread(report, isOver)
        : this.#takeKnown(device, report, receivedAt, isOver);
    return flood === undefined ? taken : Promise.all([flood, taken]).then(() => undefined);
  }

  #takeUnread(report: Report, isOver: boolean): Promise<void> {
    if (isOver) return this.#fold(report.device); // letters that say the same would bury the others
    if (report.kind === 'dead-letter') return this.#keepDeadLetter(report);
    return this.#refuse(report, badValue('unknown-device', 'device', report.device, 'a device of the registry'));
  }

  #takeKnown(device: Device, report: Exclude<Report, DeadLetter>, receivedAt: number, isOver: boolean): Promise<void> {
    this.#ports.presence.heard(device.id, receivedAt);
    switch (report.kind) {
      case 'access':
        return this.#takeAccess(report, receivedAt);
      case 'signal':
        return this.#takeSignal(device, report, receivedAt, isOver);
      case 'status':
      case 'telemetry':
        if (isOver && this.#floods.hold(device.id, report)) return this.#fold(undefined);
        this.#floods.drop(device.id, report); // this one is newer
        return this.#takeState(device, report, receivedAt);
      default:
        return report satisfies never;
    }
  }

  #takeState(device: Device, report: Status | Telemetry, receivedAt: number): Promise<void> {
    if (report.kind === 'status') return this.#takeStatus(device, report, receivedAt);
    return this.#takeTelemetry(report, receivedAt);
  }

  /** Counted and not decided. What it repeats may still be on its way to the disk. */
  #fold(device: DeviceId | undefined): Promise<void> {
    this.#ports.count('nothing', FLOODING);
    return device === undefined ? Promise.resolve() : this.#ports.lanes.settled(device);
  }

  #takeSignal(device: Device, signal: Signal, receivedAt: number, isOver: boolean): Promise<void> {
    const definition = this.#ports.definitionOf(device, signal.type);
    if (definition === undefined) {
      if (isOver) return this.#fold(device.id);
      const expected = 'an alarm type of the catalogue, or a word that the device record maps to one';
      return this.#refuse(signal, badValue('unknown-code', 'type', signal.type, expected));
    }
    const clock = judgeClock(signal.at, receivedAt, this.#ports.clockAllowanceMs);
    const occurrence = this.#occurrence(device, definition, signal, clock.occurredAt, receivedAt);
    const folding = isOver ? flooding(this.#ports.lanes.stateOf(device.id), occurrence) : undefined;
    if (folding === 'end' && this.#floods.hold(device.id, signal)) return this.#fold(device.id);
    const ended = this.#floods.drop(device.id, signal);
    if (folding === 'repeat') return this.#fold(device.id);
    return Promise.all([
      ended === undefined || signal.active === false ? undefined : this.#takeHeld(ended, receivedAt),
      this.#judge(occurrence),
      this.#judgeClockOf(device, signal, clock.isOff, receivedAt),
    ]).then(() => undefined);
  }

  /** Decides what was held; what the journal does not take is held again. */
  #takeHeld(report: Held, receivedAt: number): Promise<void> {
    const device = this.#ports.findDevice(report.device);
    if (device === undefined) return Promise.resolve(); // removed meanwhile
    const taken =
      report.kind === 'signal'
        ? this.#takeSignal(device, report, receivedAt, false)
        : this.#takeState(device, report, receivedAt);
    return taken.catch((error: unknown) => {
      this.#floods.putBack(report);
      throw error;
    });
  }

  /** Raises 状态抖动 once, until the device is calm. */
  async #noteFlood(device: Device, receivedAt: number): Promise<void> {
    if (!this.#floods.begins(device.id, receivedAt)) return;
    const { perSecond } = this.#ports.deviceRate;
    this.#ports.log.warn({ device: device.id, perSecond }, 'device is over its rate');
    const text = `超过每秒 ${perSecond} 条 / over ${perSecond} messages a second`;
    try {
      await this.#raiseOwn(device, FLAPPING, true, receivedAt, text);
    } catch (error) {
      this.#floods.forget(device.id); // it comes again, and begins again
      throw error;
    }
  }

  async #endFlood(id: DeviceId, at: number): Promise<void> {
    const device = this.#ports.findDevice(id);
    if (device === undefined) return;
    try {
      await this.#raiseOwn(device, FLAPPING, false, at);
    } catch (error) {
      this.#floods.begins(id, at); // asked again when it has been calm as long once more
      throw error;
    }
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

  /** `beside` are entries that stand or fall with what is decided. */
  async #judge(occurrence: Occurrence, beside: readonly OtherEntry[] = []): Promise<void> {
    const { lanes, count } = this.#ports;
    const device = occurrence.device.id;
    const decision = decide(lanes.stateOf(device), occurrence);
    const entries = 'entries' in decision ? decision.entries : [];
    for (const { kind } of entries) count('decided', kind);
    if ('nothing' in decision) count('nothing', decision.nothing);
    if (entries.length + beside.length > 0) await lanes.commit(device, entries, beside);
    // What this one repeats may still be on its way to the disk: an acknowledgement now would promise too much.
    else await lanes.settled(device);
  }

  /** Raises or clears 时钟偏差 by what this signal's time shows of the device's clock. */
  async #judgeClockOf(device: Device, signal: Signal, isOff: boolean, receivedAt: number): Promise<void> {
    if (signal.at === undefined || signal.type === CLOCK_OFF) return;
    const isFlagged = this.#ports.lanes.stateOf(device.id).open.get(CLOCK_OFF)?.condition === 'active';
    if (isOff === isFlagged) return;
    await this.#raiseOwn(device, CLOCK_OFF, isOff, receivedAt);
  }

  async #takeStatus(device: Device, status: Status, receivedAt: number): Promise<void> {
    const { presence, lanes } = this.#ports;
    const { online } = status;
    const was = presence.isOnline(device.id);
    if (was === online) return lanes.settled(device.id);
    const statusAt = status.at ?? receivedAt;
    const beside: readonly OtherEntry[] = [{ kind: 'device-status', device: device.id, online, statusAt }];
    // One write for both: a crash between them would leave a device that is gone and no alarm that says so.
    await this.#presences.make(device.id, online, async () => {
      // A device that was never there is not missing yet.
      if (was === undefined && !online) await lanes.commit(device.id, [], beside);
      else await this.#judgeOwn(device, { type: OFFLINE, active: !online }, receivedAt, beside);
    });
  }

  #raiseOwn(device: Device, type: string, active: boolean, receivedAt: number, text?: string): Promise<void> {
    return this.#judgeOwn(device, text === undefined ? { type, active } : { type, active, text }, receivedAt);
  }

  /** What the gateway says of a device itself. Each time is a new signal: two changes may come in one millisecond. */
  async #judgeOwn(
    device: Device,
    said: Pick<Signal, 'type' | 'active' | 'text'>,
    receivedAt: number,
    beside: readonly OtherEntry[] = [],
  ): Promise<void> {
    const { definitionOf, newAlarmId, lanes } = this.#ports;
    const definition = definitionOf(device, said.type);
    const signal: Signal = { ...said, kind: 'signal', device: device.id, id: `own-${newAlarmId()}`, at: receivedAt };
    if (definition !== undefined)
      await this.#judge(this.#occurrence(device, definition, signal, receivedAt, receivedAt), beside);
    else if (beside.length > 0) await lanes.commit(device.id, [], beside);
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
