import { randomUUID } from 'node:crypto';
import { SoapFault } from './fault.ts';
import { type Happening, type Notification, notify } from './notification.ts';
import { PullPoint } from './pull-point.ts';
import { TOPICS } from './topics.ts';

/** Event slots of the camera. */
const SUBSCRIPTIONS_MAX = 20;
/** The longest life of a subscription; a client that asks for more gets this. */
const LIFETIME_MAX_MS = 3_600_000;
/** The id in the address that everybody shares. */
const ONLY = 'only';

/** The camera's events: the state of every property, and the subscriptions that are told of changes. */
export class EventBroker {
  readonly #now: () => number;
  readonly #states = new Map<string, Notification>();
  readonly #points = new Map<string, PullPoint>();

  constructor(now: () => number) {
    this.#now = now;
    for (const { topic, initial } of TOPICS) {
      if (initial !== undefined) this.#keep(notify(topic, { data: initial, operation: 'Initialized' }, now()));
    }
  }

  get subscriptions(): number {
    return this.#points.size;
  }

  /** Tells all subscribers; answers how many there are. */
  raise(topic: string, happening: Happening): number {
    const notification = notify(topic, happening, this.#now());
    this.#keep(notification);
    const wanting = [...this.#points.values()].filter((point) => point.wants(topic));
    for (const point of wanting) point.offer(notification);
    return wanting.length;
  }

  /** Sets a property, which tells subscribers only when that changes it. Answers how many were told. */
  setProperty(topic: string, happening: Happening): number {
    const { state, data } = notify(topic, happening, this.#now());
    const before = state === undefined ? undefined : this.#states.get(state);
    const isSame =
      before !== undefined &&
      Object.entries(data).every(([name, value]) => String(before.data[name]) === String(value));
    return isSame ? 0 : this.raise(topic, happening);
  }

  /** A new subscription, which is told the present state of every property at once. Throws a SoapFault when full. */
  subscribe(wants: (topic: string) => boolean, terminatesAt: number, id: string = randomUUID()): PullPoint {
    if (this.#points.size >= SUBSCRIPTIONS_MAX) throw slotsTaken();
    const now = this.#now();
    const point = new PullPoint(id, wants, terminatesAt - now, () => this.unsubscribe(point));
    this.#points.set(id, point);
    this.prolong(point, terminatesAt);
    this.synchronise(point);
    return point;
  }

  prolong(point: PullPoint, terminatesAt: number): void {
    const now = this.#now();
    if (terminatesAt <= now) throw new SoapFault('The end lies in the past', ['wsnt:UnacceptableTerminationTimeFault']);
    point.prolong(now, Math.min(terminatesAt, now + LIFETIME_MAX_MS));
  }

  find(id: string): PullPoint {
    const point = this.#points.get(id);
    if (point === undefined) throw new SoapFault('There is no such subscription', ['wsrf:ResourceUnknownFault']);
    return point;
  }

  unsubscribe(point: PullPoint): void {
    this.#points.delete(point.id);
    point.end();
  }

  /** The one subscription of a camera that gives everybody the same address: the one before it ends. */
  replace(wants: (topic: string) => boolean, terminatesAt: number): PullPoint {
    this.endAll();
    return this.subscribe(wants, terminatesAt, ONLY);
  }

  /** Tells a subscription the present state of every property. */
  synchronise(point: PullPoint): void {
    for (const state of this.#states.values()) {
      if (point.wants(state.topic)) point.offer({ ...state, operation: 'Initialized' });
    }
  }

  /** Forgets all subscriptions, as at a reboot. */
  endAll(): void {
    for (const point of this.#points.values()) point.end();
    this.#points.clear();
  }

  #keep(notification: Notification): void {
    if (notification.state === undefined) return;
    if (notification.operation === 'Deleted') this.#states.delete(notification.state);
    else this.#states.set(notification.state, notification);
  }
}

export const slotsTaken = (): SoapFault => new SoapFault('Too many subscriptions', ['ter:BlockedThreadUpperLimit']);
