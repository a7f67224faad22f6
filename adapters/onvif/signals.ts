import { createHash } from 'node:crypto';
import type { Device } from '../../gateway/domain/device.ts';
import type { Report, Signal } from '../../gateway/domain/signal.ts';
import { type CameraClock, readXsDateTime } from './clock.ts';
import { type Change, DeviceStates, type Quiet } from './device-states.ts';
import { booleanOf, type Item, itemOf, type Notification, readBoolean } from './notification.ts';
import { isPrivate, ruleOf, type TopicRule } from './topics.ts';
import { UnknownTopics } from './unknown-topics.ts';

/** Why a notification became no report; counted for each camera. */
export type DropReason = Quiet | 'heartbeat' | 'private' | 'nothing' | 'unknown-topic';

/** The gateway's own finding, as the alarm type's code. */
const CLOCK_OFF = 'device.clock.off';
const TEXT_MAX_CHARS = 80;
/** A camera keeps messages for a pull that is late; a change told later than this has a time that is none. */
const STALE_MS = 3_600_000;

type Joined = Readonly<{ type: string; group: string; isEcho: boolean; isKind: boolean }>;
type TopicNotification = Notification & { readonly topic: string };

/** Turns one camera's notifications into reports; knows its states, so that only changes are told. */
export class SignalReader {
  /** What was dropped, by reason, since the start. */
  readonly counts = new Map<DropReason, number>();
  readonly unknown = new UnknownTopics();
  readonly #states = new DeviceStates();
  readonly #clock: CameraClock;
  #isClockOff = false;

  constructor(clock: CameraClock) {
    this.#clock = clock;
  }

  /** `device` is the registry's present record: its own map decides between types. `now` is when they arrived. */
  read(device: Device, notifications: readonly Notification[], now: number): readonly Report[] {
    return notifications.flatMap((notification) => {
      const { topic } = notification;
      if (topic === undefined) return this.#drop('heartbeat');
      if (isPrivate(topic)) return this.#drop('private');
      return this.#readTopic(device, { ...notification, topic }, now);
    });
  }

  /** A new subscription begins: the camera is going to tell its states. */
  doubt(): void {
    this.#states.doubt();
  }

  /** The camera has told its states; `isTold` is false when it does not do so at all. */
  settle(device: Device, isTold: boolean, now: number): readonly Report[] {
    const ended = this.#states.settle();
    if (!isTold) return [];
    return ended.map((type) => ({
      kind: 'signal',
      device: device.id,
      type,
      id: hash([device.id, type, 'settled', String(now)]),
      active: false,
      isReplay: true,
    }));
  }

  /** `device.clock.off` when the camera's clock began or ceased to be off; its `value` is the offset in seconds. */
  clockReports(device: Device, now: number): readonly Report[] {
    const { isOff, offsetMs } = this.#clock;
    if (isOff === this.#isClockOff) return [];
    this.#isClockOff = isOff;
    const value = Math.round(offsetMs / 1_000);
    return [{ kind: 'signal', device: device.id, type: CLOCK_OFF, at: now, active: isOff, value, unit: 's' }];
  }

  #readTopic(device: Device, said: TopicNotification, now: number): readonly Report[] {
    const rule = ruleOf(said.topic) ?? ownRule(device, said);
    if (rule === undefined) {
      this.#drop('unknown-topic');
      return this.unknown.heard(device.id, said, now);
    }
    switch (rule.is) {
      case 'nothing':
        return this.#drop('nothing');
      case 'pulse':
        return this.#pulse(device, said, rule.item, now);
      case 'state':
        return this.#state(device, said, rule, now);
      case 'filled':
        return this.#filled(device, said, rule, now);
      case 'words':
        return this.#words(device, said, rule, now);
      case 'level':
        return [...this.#telemetry(device, said, rule, now), ...this.#level(device, said, rule, now)];
      case 'telemetry':
        return this.#telemetry(device, said, rule, now);
      case 'access':
        return [
          {
            kind: 'access',
            device: device.id,
            ...this.#at(said, now),
            id: identity(device, said, this.#when(said, now)),
            result: rule.result,
          },
        ];
      default:
        return rule satisfies never;
    }
  }

  #pulse(device: Device, said: TopicNotification, item: string | undefined, now: number): readonly Report[] {
    const isNo = item !== undefined && booleanOf(said.data, item) === false;
    if (isNo || said.operation === 'Deleted') return this.#drop('nothing');
    return [this.#signal(device, said, typeOf(device, said), undefined, now)];
  }

  #state(
    device: Device,
    said: TopicNotification,
    rule: Extract<TopicRule, { is: 'state' }>,
    now: number,
  ): readonly Report[] {
    const value = rule.item === undefined ? said.operation !== 'Deleted' : booleanOf(said.data, rule.item);
    if (value === undefined && said.operation !== 'Deleted') return this.#drop('nothing');
    if (said.operation === undefined && rule.item !== undefined) return this.#pulse(device, said, rule.item, now);
    return this.#changed(device, said, joined(device, said, rule), value === true, now);
  }

  /** A list that is empty when nothing is there, such as the classes of the objects in sight. */
  #filled(
    device: Device,
    said: TopicNotification,
    rule: Extract<TopicRule, { is: 'filled' }>,
    now: number,
  ): readonly Report[] {
    const isFilled = said.operation !== 'Deleted' && (itemOf(said.data, rule.item) ?? '') !== '';
    return this.#changed(device, said, joined(device, said, rule), isFilled, now);
  }

  #words(
    device: Device,
    said: TopicNotification,
    rule: Extract<TopicRule, { is: 'words' }>,
    now: number,
  ): readonly Report[] {
    const word = said.operation === 'Deleted' ? undefined : (itemOf(said.data, rule.item) ?? '');
    const meant = word === undefined ? undefined : rule.words[word];
    return [...new Set(Object.values(rule.words))].flatMap((bracket) => {
      const type = typeOf(device, said, bracket);
      return this.#changed(device, said, { type, group: type, isEcho: false, isKind: false }, meant === bracket, now);
    });
  }

  #level(
    device: Device,
    said: TopicNotification,
    rule: Extract<TopicRule, { is: 'level' }>,
    now: number,
  ): readonly Report[] {
    const value = numberOf(said, rule.item);
    const type = typeOf(device, said);
    const isBetween = value === undefined || (value >= rule.opensBelow && value <= rule.closesAbove);
    if (isBetween) return this.#drop('nothing');
    return this.#changed(
      device,
      said,
      { type, group: type, isEcho: false, isKind: false },
      value < rule.opensBelow,
      now,
    );
  }

  #telemetry(
    device: Device,
    said: TopicNotification,
    rule: { item: string; name: string },
    now: number,
  ): readonly Report[] {
    const value = numberOf(said, rule.item);
    if (value === undefined) return this.#drop('nothing');
    return [{ kind: 'telemetry', device: device.id, ...this.#at(said, now), values: { [rule.name]: value } }];
  }

  #changed(
    device: Device,
    said: TopicNotification,
    { type, group, isEcho, isKind }: Joined,
    isActive: boolean,
    now: number,
  ): readonly Report[] {
    const state = {
      key: JSON.stringify([said.topic, inOrder(said.source), inOrder(said.key), type]),
      group,
      isActive,
      isObject: said.key.length > 0,
      isShared: group !== type,
      isEcho,
      isKind,
    };
    const change: Change = said.operation === 'Deleted' ? this.#states.remove(state) : this.#states.change(state);
    if (change !== 'opens' && change !== 'clears') return this.#drop(change);
    return [this.#signal(device, said, type, change === 'opens', now)];
  }

  #signal(device: Device, said: TopicNotification, type: string, active: boolean | undefined, now: number): Signal {
    const rule = said.source.find(({ name }) => name === 'Rule')?.value;
    return {
      kind: 'signal',
      device: device.id,
      type,
      id: identity(device, said, this.#when(said, now), type),
      ...this.#at(said, now),
      ...(active === undefined ? {} : { active }),
      ...(rule === undefined || /^\d*$/.test(rule) ? {} : { text: rule.slice(0, TEXT_MAX_CHARS) }),
      ...(said.operation === 'Initialized' ? { isReplay: true } : {}),
    };
  }

  #at(said: Notification, now: number): { at?: number } {
    const at = this.#clock.ours(readXsDateTime(said.utcTime), now);
    return at === undefined ? {} : { at };
  }

  /**
   * When it was said, for its identity: the camera's own text. Some firmware gives every message one and the same old
   * time: two of those are told apart by when they came. An initial state may well be old.
   */
  #when(said: Notification, now: number): string {
    const at = this.#clock.ours(readXsDateTime(said.utcTime), now);
    const isFresh = said.operation === 'Initialized' || (at !== undefined && now - at < STALE_MS);
    return isFresh && said.utcTime !== undefined ? said.utcTime : String(Math.trunc(now / 1_000));
  }

  #drop(reason: DropReason): readonly Report[] {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
    return [];
  }
}

const numberOf = (said: Notification, item: string): number | undefined => {
  const text = itemOf(said.data, item);
  return text === undefined || text === '' || !Number.isFinite(Number(text)) ? undefined : Number(text);
};

/** What is told together. A topic that the device's record has a type of its own for stands alone. */
function joined(
  device: Device,
  said: TopicNotification,
  rule: { one?: string | undefined; isEcho?: boolean | undefined; isKind?: boolean | undefined },
): Joined {
  const type = typeOf(device, said);
  const isOwn = device.types !== undefined && Object.hasOwn(device.types, type);
  const [isEcho, isKind] = [!isOwn && rule.isEcho === true, !isOwn && rule.isKind === true];
  return { type, group: isOwn ? type : (rule.one ?? type), isEcho, isKind };
}

/** A topic that only the device's record knows: by its boolean, where it has one, else a pulse. */
function ownRule(device: Device, said: TopicNotification): TopicRule | undefined {
  if (device.types?.[typeOf(device, said)] === undefined) return undefined;
  const item = said.data.find(({ value }) => readBoolean(value) !== undefined)?.name;
  return { topic: said.topic, ...(item === undefined ? { is: 'pulse' } : { is: 'state', item }) };
}

/**
 * The word by which the gateway finds the alarm type: the topic with its bracket, `tns1:Door/State/DoorAlarm
 * (DoorForcedOpen)`. Where the device's record names one source of it, `tns1:Device/Trigger/DigitalInput
 * (InputToken=3)`, that goes before.
 */
function typeOf(device: Device, { topic, source, key }: TopicNotification, bracket = ''): string {
  const named = [...source, ...key].map(({ name, value }) => `${topic} (${name}=${value})`);
  const own = named.find((word) => device.types !== undefined && Object.hasOwn(device.types, word));
  return own ?? (bracket === '' ? topic : `${topic} (${bracket})`);
}

/** The same message is the same signal, however often it is pulled: a hash of all that it said and when. */
function identity(device: Device, said: TopicNotification, when: string, type = said.topic): string {
  return hash([
    device.id,
    type,
    JSON.stringify([said.source, said.key, said.data].map(inOrder)),
    when,
    said.operation ?? '',
  ]);
}

/** A camera may tell the items of one source in another order next time. */
const inOrder = (items: readonly Item[]): readonly string[] =>
  items.map(({ name, value }) => JSON.stringify([name, value])).sort();

const hash = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27);
