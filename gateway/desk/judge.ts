import { decide } from '../alarms/decide.ts';
import type { Circumstances, Occurrence } from '../alarms/decider.ts';
import type { AlarmDefinition, AlarmId, TimeLimits } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { AlarmEntry, HeldSignal, OtherEntry } from '../domain/entry.ts';
import type { Place } from '../domain/place.ts';
import type { Severity } from '../domain/severity.ts';
import type { Signal } from '../domain/signal.ts';
import type { Deriver } from './deriving/deriver.ts';
import { Holding } from './holding.ts';
import { identityOf } from './identity.ts';
import { IncidentWatch } from './incident-watch.ts';
import type { AlarmLanes } from './lanes.ts';
import { PlaceRules } from './place-rules.ts';
import { SiteRules } from './site-rules.ts';

/** What a place, its hours and its neighbours add to what a device says. */
export type HeartRules = Readonly<{
  places: PlaceRules;
  /** Where something happened, of where its device stands and what its signal says. */
  locate: (own: Place, said: Place | undefined) => Place;
  site: SiteRules;
  holding: Holding;
  incidents: IncidentWatch;
  derivers: readonly Deriver[];
}>;

/** None of them: every signal counts as it comes. */
export const plainRules = (): HeartRules => ({
  places: new PlaceRules([], []),
  locate: (own, said) => ({ ...own, ...said }),
  site: new SiteRules([]),
  holding: new Holding([], () => []),
  incidents: new IncidentWatch([], () => false),
  derivers: [],
});

export type JudgePorts = Readonly<{
  lanes: AlarmLanes;
  limitsOf: (profile: string, severity: Severity) => TimeLimits;
  newAlarmId: () => AlarmId;
  count: (stage: 'decided' | 'nothing', label: string) => void;
}>;

/** A signal, what it means, when it counts as having happened, and what is known of it besides. */
export type Case = Readonly<{
  device: Device;
  definition: AlarmDefinition;
  signal: Signal;
  occurredAt: number;
  receivedAt: number;
  /** Where it is known already: of what waited. */
  identity?: string;
  around?: Circumstances;
}>;

/** Puts a signal before the rules with all that holds around it, and what they answer into the log. */
export class Judge {
  readonly #ports: JudgePorts;
  readonly #rules: HeartRules;

  constructor(ports: JudgePorts, rules: HeartRules) {
    this.#ports = ports;
    this.#rules = rules;
  }

  occurrenceOf = (one: Case): Occurrence => new OccurrenceOf(one, this.#ports, this.#rules);

  /** `beside` are entries that stand or fall with what is decided. Resolves once all of it is durable. */
  judge(one: Case, beside: readonly OtherEntry[] = []): Promise<void> {
    const { lanes, count } = this.#ports;
    const { device, definition } = one;
    const decision = decide(lanes.stateOf(device.id), this.occurrenceOf(one));
    if ('holdUntil' in decision) return this.#hold(one, decision.holdUntil, beside);
    const entries = 'entries' in decision ? decision.entries : [];
    for (const { kind } of entries) count('decided', kind);
    if ('nothing' in decision) count('nothing', decision.nothing);
    const isReleased = 'nothing' in decision && decision.releases === true;
    const all = isReleased ? [...beside, this.#rules.holding.release(device.id, definition.code)] : beside;
    if (entries.length + all.length === 0) return lanes.settled(device.id); // what it repeats may be on its way
    const stored = this.#enter(one, entries, all);
    if (entries.some(({ kind }) => kind === 'repeated')) this.#goesOn(device, definition.code, one.receivedAt);
    return stored;
  }

  /** It has lasted: what waited is decided now, and waits no longer. What the log does not take waits on. */
  async judgeLasted(held: HeldSignal, device: Device, definition: AlarmDefinition): Promise<void> {
    const { signal, receivedAt, identity } = held;
    const released = this.#rules.holding.release(device.id, definition.code);
    const occurredAt = signal.at ?? receivedAt;
    const one = { device, definition, signal, occurredAt, receivedAt, identity, around: { hasLasted: true } };
    await this.judge(one, [released]);
  }

  #hold(one: Case, dueAt: number, beside: readonly OtherEntry[]): Promise<void> {
    const { device, definition, receivedAt } = one;
    const { holding } = this.#rules;
    if (holding.isFull) return this.judge({ ...one, around: { ...one.around, hasLasted: true } }, beside);
    const { asDeadLetter: _message, ...signal } = one.signal;
    const at = signal.at === undefined ? {} : { at: one.occurredAt };
    const identity = one.identity ?? identityOf(signal, receivedAt);
    const held = {
      device: device.id,
      code: definition.code,
      identity,
      signal: { ...signal, ...at },
      receivedAt,
      dueAt,
    };
    this.#ports.count('nothing', 'held-off');
    return this.#enter(one, [], [...beside, holding.add(held)]);
  }

  #enter(
    { device, definition: { code } }: Case,
    entries: readonly AlarmEntry[],
    beside: readonly OtherEntry[],
  ): Promise<void> {
    const { holding } = this.#rules;
    const stored = this.#ports.lanes.enter(device.id, entries, beside);
    if (beside.length === 0) return stored; // nothing that waits has changed
    return stored.catch((error: unknown) => {
      holding.readBack(device.id, code);
      throw error;
    });
  }

  #goesOn(device: Device, code: string, at: number): void {
    const alarm = this.#ports.lanes.stateOf(device.id).open.get(code);
    if (alarm !== undefined) this.#rules.incidents.goesOn(alarm, device, at);
  }
}

/** A case as the rules see it. What only the few need that raise an alarm is found when they ask. */
class OccurrenceOf implements Occurrence {
  readonly device: Device;
  readonly definition: AlarmDefinition;
  readonly identity: string;
  readonly occurredAt: number;
  readonly receivedAt: number;
  readonly active: boolean | undefined;
  readonly severity: Severity | undefined;
  readonly value: number | undefined;
  readonly text: string | undefined;
  readonly isReplay: boolean;
  readonly around: Circumstances;
  readonly #signal: Signal;
  readonly #ports: JudgePorts;
  readonly #rules: HeartRules;

  constructor(
    { device, definition, signal, occurredAt, receivedAt, around, identity }: Case,
    ports: JudgePorts,
    rules: HeartRules,
  ) {
    this.device = device;
    this.definition = definition;
    this.identity = identity ?? identityOf(signal, receivedAt);
    this.occurredAt = occurredAt;
    this.receivedAt = receivedAt;
    this.active = signal.active;
    this.severity = signal.severity;
    this.value = signal.value;
    this.text = signal.text;
    this.isReplay = signal.isReplay ?? false;
    const { places, holding } = rules;
    this.around = {
      isUnderMaintenance: places.isUnderMaintenance(device, receivedAt),
      isDisarmed: places.isDisarmed(device, definition.code, receivedAt),
      isHeld: holding.has(device.id, definition.code),
      ...around,
    };
    this.#signal = signal;
    this.#ports = ports;
    this.#rules = rules;
  }

  limits(severity: Severity): TimeLimits {
    return this.#ports.limitsOf(this.definition.limitProfile, severity);
  }

  get place(): Place {
    return this.#rules.locate(this.device.place, this.#signal.place);
  }

  get newAlarm(): AlarmId {
    return this.#ports.newAlarmId();
  }

  incidentOf(id: AlarmId, severity: Severity): AlarmId | undefined {
    const { device, place, receivedAt } = this;
    return this.#rules.incidents.headFor({ id, type: this.definition.code, severity, device, place }, receivedAt);
  }
}
