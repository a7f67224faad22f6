import { Readable } from 'node:stream';
import { toBytes } from '../codec/payload.ts';
import { type BrokerPacket, type Qos, restoredPacket } from './broker-packet.ts';
import { CommandQueues } from './command-queues.ts';
import { COMMAND_TOPIC } from './commands.ts';
import type { SessionStore } from './session-store.ts';

/** Sessions that outlive their connection; past it a device gets one that ends with the connection. */
export const SESSIONS_MAX = 10_000;
/** Retained states; each is of a device of the registry. */
export const RETAINED_MAX = 200_000;
/** A session that nobody took up for so long is over. */
const SESSION_KEPT_MS = 7 * 86_400_000;

type Identified = Readonly<{ id: string }>;
type Subscription = Readonly<{ topic: string; qos: Qos }>;
/**
 * The broker's memory, in the shape that aedes asks for and written through to a file: retained states, sessions with
 * what they subscribed to, last wills, and the commands of devices that sleep. Nothing else waits for anybody: an event
 * is the journal's business, and a command is dropped when its time is over.
 */
export class Sessions {
  readonly #store: SessionStore;
  readonly #now: () => number;
  readonly #mayListen: (client: string, topic: string) => boolean;
  readonly #retained = new Map<string, BrokerPacket>();
  readonly #subscriptions = new Map<string, Map<string, Qos>>();
  /** Sessions by the exact command topic that they listen to at QoS 1 or 2. */
  readonly #listeners = new Map<string, Set<string>>();
  readonly #commands: CommandQueues;
  readonly #seenAt = new Map<string, number>();
  readonly #wills = new Map<string, BrokerPacket>();
  readonly #incoming = new Map<string, Map<number, BrokerPacket>>();
  #broker = { id: '' };
  #isFrozen = false;

  /** `mayListen`: aedes stores what it refused, where one packet asks for several topics. */
  constructor(store: SessionStore, now: () => number, mayListen: (client: string, topic: string) => boolean) {
    this.#store = store;
    this.#now = now;
    this.#mayListen = mayListen;
    this.#commands = new CommandQueues(store, now);
    this.#load();
  }

  counts() {
    return { sessions: this.#seenAt.size, retained: this.#retained.size, ...this.#commands.counts() };
  }

  /** Whether this client may have a session that outlives its connection. */
  mayKeep = (client: string): boolean => this.#seenAt.has(client) || this.#seenAt.size < SESSIONS_MAX;

  /** Before the acknowledgement: whoever gets that may rely on the state being there after a restart. */
  retain(packet: Readonly<{ topic: string; payload: string | Buffer; qos: Qos }>): void {
    const { topic, qos } = packet;
    const payload = toBytes(packet.payload);
    if (payload.length === 0) {
      this.#store.forgetRetained(topic);
      this.#retained.delete(topic);
    } else if (this.#retained.has(topic) || this.#retained.size < RETAINED_MAX) {
      this.#store.retain({ topic, payload, qos });
      this.#retained.set(topic, restoredPacket({ topic, payload, qos }, true));
    }
  }

  /** The session is in use now. */
  see(client: string): void {
    this.#seenAt.set(client, this.#now());
    this.#store.see(client, this.#now());
  }

  forgetSession(client: string): void {
    for (const topic of this.#subscriptions.get(client)?.keys() ?? []) this.#listeners.get(topic)?.delete(client);
    this.#subscriptions.delete(client);
    this.#commands.forget(client);
    this.#seenAt.delete(client);
    this.#store.forgetSession(client);
  }

  /** Ends what nobody wants any more: commands whose time is over, sessions that were left. */
  sweep(isConnected: (client: string) => boolean): void {
    this.#commands.dropExpired();
    for (const [client, seenAt] of this.#seenAt)
      if (!isConnected(client) && this.#now() - seenAt > SESSION_KEPT_MS) this.forgetSession(client);
  }

  /** The broker goes, not the devices: their last wills stay, for the next start. */
  freeze(): void {
    this.#isFrozen = true;
  }

  close = (): void => this.#store.close();

  // From here on what aedes calls; its names and its promises.

  async setup(broker: Identified): Promise<void> {
    this.#broker = broker;
  }

  /** Done by `retain`, before the acknowledgement. */
  async storeRetained(): Promise<void> {}

  createRetainedStreamCombi = (filters: readonly string[]): Readable =>
    Readable.from([...this.#retained.values()].filter(({ topic }) => filters.some((filter) => matches(filter, topic))));
  createRetainedStream = (filter: string): Readable => this.createRetainedStreamCombi([filter]);

  async addSubscriptions({ id }: Identified, subscriptions: readonly Subscription[]): Promise<void> {
    const known = this.#subscriptions.get(id) ?? new Map<string, Qos>();
    this.#subscriptions.set(id, known);
    this.see(id);
    for (const { topic, qos } of subscriptions) {
      if (!this.#mayListen(id, topic)) continue;
      known.set(topic, qos);
      this.#listen(id, topic, qos);
      this.#store.subscribe({ client: id, topic, qos });
    }
  }

  async removeSubscriptions({ id }: Identified, topics: readonly string[]): Promise<void> {
    for (const topic of topics) {
      this.#subscriptions.get(id)?.delete(topic);
      this.#listeners.get(topic)?.delete(id);
      this.#store.unsubscribe(id, topic);
    }
  }

  async subscriptionsByClient({ id }: Identified): Promise<readonly Subscription[]> {
    return [...(this.#subscriptions.get(id) ?? [])].map(([topic, qos]) => ({ topic, qos }));
  }

  async subscriptionsByTopic(topic: string): Promise<readonly Readonly<{ clientId: string }>[]> {
    return [...(this.#listeners.get(topic) ?? [])].map((clientId) => ({ clientId }));
  }

  async cleanSubscriptions({ id }: Identified): Promise<void> {
    if (this.#seenAt.has(id)) this.forgetSession(id);
  }

  async countOffline() {
    return { subsCount: this.#listeners.size, clientsCount: this.#seenAt.size };
  }

  outgoingEnqueue = (listener: Readonly<{ clientId: string }>, packet: BrokerPacket): Promise<void> =>
    this.outgoingEnqueueCombi([listener], packet);

  async outgoingEnqueueCombi(
    listeners: readonly Readonly<{ clientId: string }>[],
    packet: BrokerPacket,
  ): Promise<void> {
    for (const { clientId } of listeners) this.#commands.add(clientId, packet);
  }

  outgoingUpdate = async ({ id }: Identified, packet: BrokerPacket): Promise<void> => this.#commands.sent(id, packet);
  outgoingClearMessageId = async ({ id }: Identified, { messageId }: BrokerPacket): Promise<BrokerPacket | undefined> =>
    this.#commands.acknowledged(id, messageId);
  outgoingStream = ({ id }: Identified): Readable => Readable.from(this.#commands.waiting(id));

  async incomingStorePacket({ id }: Identified, packet: BrokerPacket): Promise<void> {
    const store = this.#incoming.get(id) ?? new Map<number, BrokerPacket>();
    this.#incoming.set(id, store);
    if (packet.messageId !== undefined) store.set(packet.messageId, packet);
  }

  async incomingGetPacket({ id }: Identified, { messageId = -1 }: BrokerPacket): Promise<BrokerPacket> {
    const found = this.#incoming.get(id)?.get(messageId);
    if (found === undefined) throw new Error('no such packet');
    return found;
  }

  async incomingDelPacket({ id }: Identified, { messageId = -1 }: BrokerPacket): Promise<void> {
    if (this.#incoming.get(id)?.delete(messageId) !== true) throw new Error('no such packet');
  }

  async cleanIncoming({ id }: Identified): Promise<void> {
    this.#incoming.delete(id);
  }

  async putWill({ id }: Identified, packet: BrokerPacket): Promise<void> {
    packet.brokerId = this.#broker.id;
    packet.clientId = id;
    this.#wills.set(id, packet);
    const { topic, qos, retain } = packet;
    this.#store.putWill({ client: id, topic, payload: toBytes(packet.payload), qos, retain });
  }

  getWill = async ({ id }: Identified): Promise<BrokerPacket | undefined> => this.#wills.get(id);

  async delWill({ id }: Identified): Promise<BrokerPacket | undefined> {
    const will = this.#wills.get(id);
    if (this.#isFrozen || will === undefined) return will;
    this.#wills.delete(id);
    this.#store.dropWill(id);
    return will;
  }

  /** Wills of an earlier run whose devices have not come back. */
  streamWill = (brokers: Readonly<Record<string, number>>): Readable =>
    Readable.from(
      [...this.#wills.values()].filter(
        ({ brokerId }) => brokerId !== this.#broker.id && brokers[brokerId] === undefined,
      ),
    );

  getClientList = (topic: string): Readable => Readable.from([...(this.#listeners.get(topic) ?? [])]);
  destroy = async (): Promise<void> => undefined;

  #load(): void {
    const { retained, sessions, subscriptions, commands, wills } = this.#store.load();
    for (const message of retained) this.#retained.set(message.topic, restoredPacket(message, true));
    for (const { client, seenAt } of sessions) this.#seenAt.set(client, seenAt);
    for (const { client, topic, qos } of subscriptions) {
      const known = this.#subscriptions.get(client) ?? new Map<string, Qos>();
      this.#subscriptions.set(client, known.set(topic, qos));
      this.#listen(client, topic, qos);
    }
    for (const command of commands) this.#commands.restore(command);
    for (const { client, retain, ...message } of wills)
      this.#wills.set(client, { ...restoredPacket(message, retain), clientId: client });
  }

  #listen(client: string, topic: string, qos: Qos): void {
    if (COMMAND_TOPIC.match(topic) === undefined || /[+#]/.test(topic)) return;
    const clients = this.#listeners.get(topic) ?? new Set();
    if (qos > 0) this.#listeners.set(topic, clients.add(client));
    else clients.delete(client);
  }
}

/** MQTT's filters: `+` is one level, `#` all that follow and the level above. Source: MQTT 3.1.1, 4.7.1. */
export function matches(filter: string, topic: string): boolean {
  const [wanted, given] = [filter.split('/'), topic.split('/')];
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true;
    if (given[index] === undefined || (level !== '+' && level !== given[index])) return false;
  }
  return wanted.length === given.length;
}
