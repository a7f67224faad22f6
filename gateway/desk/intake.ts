import type { Logger } from 'pino';
import { flooding } from '../alarms/flooding.ts';
import type { AlarmDefinition, AlarmId, TimeLimits } from '../domain/alarm.ts';
import { badValue } from '../domain/bad-value.ts';
import type { Device, DeviceId } from '../domain/device.ts';
import type { HeldSignal, OtherEntry } from '../domain/entry.ts';
import type { Severity } from '../domain/severity.ts';
import type { DeadLetter, Intake, Report, Signal, Status, Telemetry } from '../domain/signal.ts';
import type { Journal } from '../journal/journal.ts';
import { ChatterWatch } from './chatter-watch.ts';
import type { Derived, Deriver, DerivingContext } from './deriving/deriver.ts';
import { judgeClock } from './device-clock.ts';
import { FloodWatch, type Held, isDatedBefore } from './flood-watch.ts';
import { type Case, type HeartRules, Judge, plainRules } from './judge.ts';
import type { AlarmLanes } from './lanes.ts';
import { OwnWord } from './own-word.ts';
import { type PresenceBook, PresenceChanges } from './presence-changes.ts';
import type { RateLimit } from './rates.ts';
import { ReportLog } from './report-log.ts';

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
  /** Devices that tell nothing of their presence: a message says that they are there. */
  isJudgedBySilence?: (device: Device) => boolean;
  /** Places, hours, incidents and what is derived; without them every signal counts as it comes. */
  rules?: HeartRules;
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
  readonly #rules: HeartRules;
  readonly #judge: Judge;
  readonly #log: ReportLog;
  readonly #own: OwnWord;
  readonly #chatter = new ChatterWatch();
  /** Those of the derivers by which a signal may be explained. */
  readonly #explainers: readonly Deriver[];

  constructor(ports: IntakePorts) {
    this.#ports = ports;
    this.#rules = ports.rules ?? plainRules();
    this.#explainers = this.#rules.derivers.filter(({ explains }) => explains !== undefined);
    this.#judge = new Judge(ports, this.#rules);
    this.#log = new ReportLog(ports);
    this.#own = new OwnWord(ports, this.#judge, this.#rules.site);
    this.#presences = new PresenceChanges(ports.presence);
    this.#floods = new FloodWatch(ports.deviceRate);
  }

  /** At start: these devices' floods were under way, and end when they are calm. */
  resumeFloods(devices: Iterable<DeviceId>): void {
    for (const device of devices) this.#floods.begins(device, this.#ports.now());
  }

  /** Once a second: decides what was held of devices over their rate, and ends the floods of those that are calm. */
  async settle(): Promise<void> {
    const at = this.#ports.now();
    const held = this.#floods.takeHeld().map((report) => this.#takeHeld(report, at));
    const calm = this.#floods.takeCalm(at).map((device) => this.#endFlood(device, at));
    const still = this.#chatter.takeCalm(at).map((device) => this.#endChatter(device, at));
    const lasted = this.#rules.holding.takeDue(at).map((one) => this.#takeLasted(one));
    await Promise.all([...held, ...calm, ...still, ...lasted]);
  }

  /** A device that has said nothing for too long is not there (静默离线). */
  judgeSilent(device: Device): Promise<void> {
    return this.#takeStatus(device, { kind: 'status', device: device.id, online: false }, this.#ports.now());
  }

  async accept(reports: readonly Report[]): Promise<void> {
    const receivedAt = this.#ports.now();
    // Decided one after the other in this turn of the loop, then awaited together: they share one commit, and mostly
    // one promise of it.
    await Promise.all(new Set(reports.map((report) => this.#take(report, receivedAt))));
  }

  #take(report: Report, receivedAt: number): Promise<void> {
    const { count, findDevice } = this.#ports;
    count('received', report.kind);
    const isOver = report.device !== undefined && this.#floods.isOver(report.device, receivedAt);
    const device = report.device === undefined ? undefined : findDevice(report.device);
    const flood = isOver && device !== undefined ? this.#noteFlood(device, receivedAt) : undefined;
    const taken =
      report.kind === 'dead-letter' || device === undefined
        ? this.#takeUnread(report, receivedAt, isOver)
        : this.#takeKnown(device, report, receivedAt, isOver);
    return flood === undefined ? taken : Promise.all([flood, taken]).then(() => undefined);
  }

  #takeUnread(report: Report, receivedAt: number, isOver: boolean): Promise<void> {
    if (isOver) return this.#fold(report.device); // letters that say the same would bury the others
    if (report.kind === 'dead-letter') return this.#takeLetter(report, receivedAt);
    return this.#log.refuse(report, badValue('unknown-device', 'device', report.device, 'a device of the registry'));
  }

  #takeLetter(letter: DeadLetter, receivedAt: number): Promise<void> {
    const device = letter.device === undefined ? undefined : this.#ports.findDevice(letter.device);
    const stored = this.#log.deadLetter(letter);
    return device === undefined ? stored : this.#withDerived(device, letter, receivedAt, stored);
  }

  #takeKnown(device: Device, report: Exclude<Report, DeadLetter>, receivedAt: number, isOver: boolean): Promise<void> {
    this.#ports.presence.heard(device.id, receivedAt);
    const back = report.kind === 'status' ? undefined : this.#heardAgain(device, receivedAt);
    const taken = this.#takeByKind(device, report, receivedAt, isOver);
    return back === undefined ? taken : Promise.all([back, taken]).then(() => undefined);
  }

  #heardAgain(device: Device, at: number): Promise<void> | undefined {
    if (this.#ports.presence.isOnline(device.id) === true) return undefined;
    if (this.#ports.isJudgedBySilence?.(device) !== true) return undefined;
    return this.#takeStatus(device, { kind: 'status', device: device.id, online: true }, at);
  }

  #takeByKind(device: Device, report: Exclude<Report, DeadLetter>, receivedAt: number, isOver: boolean): Promise<void> {
    switch (report.kind) {
      case 'access':
        return this.#withDerived(device, report, receivedAt, this.#log.access(report, receivedAt));
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

  #withDerived(device: Device, report: Report, receivedAt: number, stored: Promise<void>): Promise<void> {
    const derived = this.#derive(device, report, receivedAt);
    return derived === undefined ? stored : Promise.all([stored, derived]).then(() => undefined);
  }

  #takeState(device: Device, report: Status | Telemetry, receivedAt: number): Promise<void> {
    if (report.kind === 'status') return this.#takeStatus(device, report, receivedAt);
    return this.#withDerived(device, report, receivedAt, this.#log.telemetry(report, receivedAt));
  }

  /** Counted and not decided. What it repeats may still be on its way to the disk. */
  #fold(device: DeviceId | undefined): Promise<void> {
    this.#ports.count('nothing', FLOODING);
    return device === undefined ? Promise.resolve() : this.#ports.lanes.settled(device);
  }

  #takeSignal(device: Device, signal: Signal, receivedAt: number, isOver: boolean): Promise<void> {
    const meant = this.#ports.definitionOf(device, signal.type);
    if (meant === undefined) {
      if (isOver) return this.#fold(device.id);
      const expected = 'an alarm type of the catalogue, or a word that the device record maps to one';
      return this.#log.refuse(signal, badValue('unknown-code', 'type', signal.type, expected));
    }
    const definition = this.#rules.site.definitionFor(meant, device, receivedAt);
    const clock = judgeClock(signal.at, receivedAt, this.#ports.clockAllowanceMs);
    const one = { device, definition, signal, occurredAt: clock.occurredAt, receivedAt };
    const folding = isOver ? flooding(this.#ports.lanes.stateOf(device.id), this.#judge.occurrenceOf(one)) : undefined;
    if (folding === 'end' && this.#floods.hold(device.id, signal)) return this.#fold(device.id);
    const ended = this.#floods.drop(device.id, signal);
    if (folding === 'repeat') return this.#fold(device.id);
    const isReplaced = ended === undefined || (signal.active === false && !isDatedBefore(signal, ended));
    const held = isReplaced ? undefined : this.#takeHeld(ended, receivedAt);
    const chatter = this.#noted(one);
    const judged = this.#judge.judge({ ...one, ...this.#around(device, definition, receivedAt, chatter !== 'calm') });
    const told = chatter === 'begins' ? this.#tellChatter(device, definition, receivedAt) : undefined;
    const clocked = this.#judgeClockOf(device, signal, clock.isOff, receivedAt);
    const derived = this.#derive(device, signal, receivedAt, definition.code);
    const besides = [held, told, clocked, derived].filter((one) => one !== undefined);
    return besides.length === 0 ? judged : Promise.all([judged, ...besides]).then(() => undefined);
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
      await this.#own.say(device, FLAPPING, true, receivedAt, text);
    } catch (error) {
      this.#floods.forget(device.id); // it comes again, and begins again
      throw error;
    }
  }

  async #endFlood(id: DeviceId, at: number): Promise<void> {
    const device = this.#ports.findDevice(id);
    if (device === undefined) return;
    try {
      await this.#own.say(device, FLAPPING, false, at);
    } catch (error) {
      this.#floods.begins(id, at); // asked again when it has been calm as long once more
      throw error;
    }
  }

  /** Raises or clears 时钟偏差 by what this signal's time shows of the device's clock. */
  #judgeClockOf(device: Device, signal: Signal, isOff: boolean, receivedAt: number): Promise<void> | undefined {
    if (signal.at === undefined || signal.type === CLOCK_OFF) return undefined;
    const isFlagged = this.#ports.lanes.stateOf(device.id).open.get(CLOCK_OFF)?.condition === 'active';
    return isOff === isFlagged ? undefined : this.#own.say(device, CLOCK_OFF, isOff, receivedAt);
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
      else await this.#own.say(device, OFFLINE, !online, receivedAt, undefined, beside);
    });
  }

  /** Raises 状态抖动 when a condition begins to open and close all the time. */
  #tellChatter(device: Device, { code }: AlarmDefinition, at: number): Promise<void> {
    return this.#own.say(device, FLAPPING, true, at, `${code} 反复变化 / opens and closes all the time`);
  }

  /** A condition is calm again: 状态抖动 ends, unless another one chatters or the device floods. */
  async #endChatter(id: DeviceId, at: number): Promise<void> {
    const device = this.#ports.findDevice(id);
    if (device === undefined || this.#chatter.isOn(id) || this.#floods.isOn(id)) return;
    await this.#own.say(device, FLAPPING, false, at);
  }

  #noted({ device, definition: { code, kind }, signal, occurredAt, receivedAt }: Case): 'calm' | 'begins' | 'on' {
    if (kind === 'pulse' || code === FLAPPING || this.#isNobodysMatter(device, code, receivedAt)) return 'calm';
    return this.#chatter.note(device.id, code, signal.active, { occurredAt, receivedAt });
  }

  /** Where nobody has armed, or people are at work, a contact that changes all the time is what it should be. */
  #isNobodysMatter(device: Device, code: string, at: number): boolean {
    const { places } = this.#rules;
    return places.isUnderMaintenance(device, at) || places.isDisarmed(device, code, at);
  }

  #around(device: Device, { code }: AlarmDefinition, at: number, isChattering: boolean): Pick<Case, 'around'> {
    const context = this.#contextOf(device, at, code);
    const isExplained = this.#explainers.some((deriver) => deriver.explains?.(device, context));
    return isChattering || isExplained ? { around: { isChattering, isExplained } } : {};
  }

  #contextOf = (device: Device, at: number, code: string | undefined): DerivingContext => ({
    at,
    code,
    isActive: (type) => this.#ports.lanes.stateOf(device.id).open.get(type)?.condition === 'active',
  });

  /** What follows from a report besides what it says itself; undefined: nothing. */
  #derive(device: Device, report: Report, at: number, code?: string): Promise<unknown> | undefined {
    const { derivers } = this.#rules;
    if (derivers.length === 0) return undefined;
    const context = this.#contextOf(device, at, code);
    const derived = derivers.flatMap((deriver) => deriver.derive(device, report, context));
    return derived.length === 0 ? undefined : Promise.all(derived.map((one) => this.#takeDerived(device, one, at)));
  }

  async #takeDerived(device: Device, { lastsMs, ...signal }: Derived, receivedAt: number): Promise<void> {
    const definition = this.#ports.definitionOf(device, signal.type);
    if (definition === undefined) return;
    const own = this.#rules.site.definitionFor(definition, device, receivedAt);
    const lasting = lastsMs === undefined ? own : { ...own, holdOffMs: lastsMs };
    const { occurredAt } = judgeClock(signal.at, receivedAt, this.#ports.clockAllowanceMs);
    await this.#judge.judge({ device, definition: lasting, signal, occurredAt, receivedAt });
  }

  /** It has lasted as long as it must. A device that was removed meanwhile says nothing any more. */
  async #takeLasted(held: HeldSignal): Promise<void> {
    const device = this.#ports.findDevice(held.device);
    const definition = device === undefined ? undefined : this.#ports.definitionOf(device, held.code);
    if (device !== undefined && definition !== undefined) await this.#judge.judgeLasted(held, device, definition);
  }
}
