import { createHash } from 'node:crypto';
import { badValue } from '../../gateway/domain/bad-value.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { DeadLetter, Report, Signal } from '../../gateway/domain/signal.ts';
import { type CameraClock, readXsDateTime } from './clock.ts';
import { type Change, DeviceStates, type Quiet } from './device-states.ts';
import { type Item, itemOf, type Notification, readBoolean } from './notification.ts';
import { isPrivate, ruleOf, type TopicRule } from './topics.ts';

/** Why a notification became no report; counted for each camera. */
export type DropReason = Quiet | 'heartbeat' | 'private' | 'nothing' | 'unknown-topic';

/** The gateway's own finding, as the alarm type's code. */
const CLOCK_OFF = 'device.clock.off';
const HOUR_MS = 3_600_000;
/** Topics of one camera whose last dead letter is remembered. */
const UNKNOWN_MAX = 256;
const TEXT_MAX_CHARS = 80;
const PAYLOAD_MAX_CHARS = 2_048;

/** Items that may name a person, a card or a vehicle, or carry a picture: never stored, dead letters included. */
const PERSONAL = /name|user|card|credential|holder|person|identity|phone|face|plate|licen[cs]e|image|picture/i;

type TopicNotification = Notification & { readonly topic: string };

/** Turns one camera's notifications into reports; knows its states, so that only changes are told. */
export class SignalReader {
  /** What was dropped, by reason, since the start. */
  readonly counts = new Map<DropReason, number>();
  readonly #states = new DeviceStates();
  readonly #lettersAt = new Map<string, number>();
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
    if (rule === undefined) return this.#unknown(device, said, now);
    switch (rule.is) {
      case 'nothing':
        return this.#drop('nothing');
      case 'pulse':
        return this.#pulse(device, said, rule.item, now);
      case 'state':
        return this.#state(device, said, rule, now);
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
            id: identity(device, said, now),
            result: rule.result,
          },
        ];
      default:
        return rule satisfies never;
    }
  }

  #pulse(device: Device, said: TopicNotification, item: string | undefined, now: number): readonly Report[] {
    const isNo = item !== undefined && readBoolean(itemOf(said.data, item)) === false;
    if (isNo || said.operation === 'Deleted') return this.#drop('nothing');
    return [this.#signal(device, said, typeOf(device, said), undefined, now)];
  }

  #state(
    device: Device,
    said: TopicNotification,
    rule: Extract<TopicRule, { is: 'state' }>,
    now: number,
  ): readonly Report[] {
    const value = rule.item === undefined ? said.operation !== 'Deleted' : readBoolean(itemOf(said.data, rule.item));
    if (value === undefined && said.operation !== 'Deleted') return this.#drop('nothing');
    if (said.operation === undefined && rule.item !== undefined) return this.#pulse(device, said, rule.item, now);
    const type = typeOf(device, said);
    return this.#changed(
      device,
      said,
      { type, group: rule.one ?? type, isEcho: rule.isEcho === true },
      value === true,
      now,
    );
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
      return this.#changed(device, said, { type, group: type, isEcho: false }, meant === bracket, now);
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
    return this.#changed(device, said, { type, group: type, isEcho: false }, value < rule.opensBelow, now);
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
    { type, group, isEcho }: { type: string; group: string; isEcho: boolean },
    isActive: boolean,
    now: number,
  ): readonly Report[] {
    const state = {
      key: JSON.stringify([said.topic, said.source, said.key, type]),
      group,
      isActive,
      isObject: said.key.length > 0,
      isShared: group !== type,
      isEcho,
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
      id: identity(device, said, now, type),
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

  /** One dead letter an hour for each topic: a camera may tell an unknown one every second. */
  #unknown(device: Device, said: TopicNotification, now: number): readonly Report[] {
    this.#drop('unknown-topic');
    const { topic } = said;
    if (now - (this.#lettersAt.get(topic) ?? Number.NEGATIVE_INFINITY) < HOUR_MS) return [];
    const [oldest] = this.#lettersAt.keys();
    if (oldest !== undefined && this.#lettersAt.size >= UNKNOWN_MAX) this.#lettersAt.delete(oldest);
    this.#lettersAt.set(topic, now);
    return [deadLetter(device, said)];
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
function identity(device: Device, said: TopicNotification, now: number, type = said.topic): string {
  const when = said.utcTime ?? String(Math.trunc(now / 1_000));
  return hash([device.id, type, JSON.stringify([said.source, said.key, said.data]), when, said.operation ?? '']);
}

const hash = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 27);

function deadLetter(device: Device, said: TopicNotification): DeadLetter {
  const keep = (items: readonly Item[]) => items.filter(({ name }) => !PERSONAL.test(name));
  const { topic, operation, utcTime, source, key, data } = said;
  const kept = { topic, operation, utcTime, source: keep(source), key: keep(key), data: keep(data) };
  return {
    kind: 'dead-letter',
    topic,
    device: device.id,
    fault: badValue('unknown-code', 'topic', topic, "a topic of the table or of the device's own types"),
    payload: JSON.stringify(kept).slice(0, PAYLOAD_MAX_CHARS),
  };
}
