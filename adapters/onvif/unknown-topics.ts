import { badValue } from '../../gateway/domain/bad-value.ts';
import type { DeviceId } from '../../gateway/domain/device.ts';
import type { DeadLetter } from '../../gateway/domain/signal.ts';
import type { Item, Notification } from './notification.ts';

const HOUR_MS = 3_600_000;
/** Topics of one camera that are remembered, each with its count. */
const UNKNOWN_MAX = 256;
const PAYLOAD_MAX_CHARS = 2_048;

/** Items that may name a person, a card or a vehicle, or carry a picture: never stored, dead letters included. */
const PERSONAL = /name|user|card|credential|holder|person|identity|phone|face|plate|licen[cs]e|image|picture/i;

type Known = { count: number; letterAt: number };

/** The topics of one camera that nobody has a rule for: counted by name, and told as a dead letter once an hour. */
export class UnknownTopics {
  readonly #topics = new Map<string, Known>();

  /** How often each came, since the start. */
  counts = (): ReadonlyMap<string, number> => new Map([...this.#topics].map(([topic, { count }]) => [topic, count]));

  /** A camera may tell an unknown topic every second: one letter an hour. */
  heard(device: DeviceId, said: Notification & { readonly topic: string }, now: number): readonly DeadLetter[] {
    const known = this.#topics.get(said.topic) ?? this.#begin(said.topic);
    known.count += 1;
    if (now - known.letterAt < HOUR_MS) return [];
    known.letterAt = now;
    return [deadLetter(device, said)];
  }

  #begin(topic: string): Known {
    const [oldest] = this.#topics.keys();
    if (oldest !== undefined && this.#topics.size >= UNKNOWN_MAX) this.#topics.delete(oldest);
    const known = { count: 0, letterAt: Number.NEGATIVE_INFINITY };
    this.#topics.set(topic, known);
    return known;
  }
}

function deadLetter(device: DeviceId, said: Notification & { readonly topic: string }): DeadLetter {
  const keep = (items: readonly Item[]) => items.filter(({ name }) => !PERSONAL.test(name));
  const { topic, operation, utcTime, source, key, data } = said;
  const kept = { topic, operation, utcTime, source: keep(source), key: keep(key), data: keep(data) };
  return {
    kind: 'dead-letter',
    topic,
    device,
    fault: badValue('unknown-code', 'topic', topic, "a topic of the table or of the device's own types"),
    payload: JSON.stringify(kept).slice(0, PAYLOAD_MAX_CHARS),
  };
}
