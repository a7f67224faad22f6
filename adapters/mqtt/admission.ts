import type { SecureContextOptions } from 'node:tls';
import type { Client, ConnectPacket, Subscription } from 'aedes';
import type { Logger } from 'pino';
import type { DeviceId } from '../../gateway/domain/device.ts';
import { Mqtt5Line } from './mqtt5-line.ts';
import type { Rights } from './own-topics.ts';
import type { Sessions } from './sessions.ts';

/** Connections of one device at once: its program, an old one that has not noticed yet, a technician's tool. */
export const CONNECTIONS_PER_DEVICE_MAX = 4;
/** Topics that one connection listens to. */
export const SUBSCRIPTIONS_MAX = 100;
/** Characters of a client id; 3.1.1 asks a broker for 23. */
export const CLIENT_ID_MAX = 128;

/** How devices prove who they are, with the broker's own key and certificate. */
export type DeviceSignIn = Readonly<{
  tls: SecureContextOptions;
  authenticate(device: DeviceId, secret: string): Promise<boolean>;
  /** Calls `listener` when a device must sign in anew: another secret, disabled, removed. */
  onRevoked(listener: (device: DeviceId) => void): () => void;
}>;

/** Who may come in to the embedded broker, under which name, and what he may listen to. */
export class Admission {
  readonly #signIn: DeviceSignIn | undefined;
  readonly #sessions: () => Sessions;
  readonly #rights: Rights;
  readonly #log: Logger;
  readonly #connects = new WeakMap<Client, ConnectPacket>();
  readonly #topics = new WeakMap<Client, Set<string>>();
  /** Connections that have signed in, by their device. */
  readonly #clientsOf = new Map<DeviceId, Set<Client>>();
  readonly #stopListening: (() => void) | undefined;
  readonly counts = { signInsRefused: 0 };

  /** `sessions` are asked for later: they in turn ask who may listen where. */
  constructor(signIn: DeviceSignIn | undefined, sessions: () => Sessions, rights: Rights, log: Logger) {
    this.#signIn = signIn;
    this.#sessions = sessions;
    this.#rights = rights;
    this.#log = log;
    this.#stopListening = signIn?.onRevoked((device) => this.#turnOut(device));
  }

  stop = (): void => this.#stopListening?.();

  /** Undefined: anybody, for this broker stands on a loopback address. */
  deviceNamed(client: string): DeviceId | undefined {
    return this.#signIn === undefined ? undefined : client.slice(0, Math.max(0, client.indexOf('/')));
  }

  /** Before anybody has proved anything: false for what cannot be a client. */
  greet(client: Client, packet: ConnectPacket): boolean {
    this.#connects.set(client, packet);
    const name = this.#signIn === undefined ? packet.clientId : nameOf(packet.username ?? '', packet.clientId);
    if (!packet.clean && !this.#sessions().mayKeep(name)) packet.clean = true;
    return packet.clientId.length <= CLIENT_ID_MAX;
  }

  async admit(client: Client, username = '', password?: Buffer): Promise<boolean> {
    const isIn = await this.#mayEnter(client, username, password).catch((error: unknown) => {
      this.#log.error({ err: error, device: username }, 'cannot let a device in'); // refused: it tries again
      return false;
    });
    if (!isIn) this.counts.signInsRefused++;
    return isIn;
  }

  async #mayEnter(client: Client, username: string, password: Buffer | undefined): Promise<boolean> {
    const isDevice =
      this.#signIn === undefined || (await this.#signIn.authenticate(username, password?.toString() ?? ''));
    return isDevice && !client.closed && this.#enter(client, username);
  }

  /** Null refuses. */
  granted(client: Client, subscription: Subscription): Subscription | null {
    const topics = this.#topics.get(client) ?? new Set();
    this.#topics.set(client, topics);
    const isRoom = topics.has(subscription.topic) || topics.size < SUBSCRIPTIONS_MAX;
    if (!isRoom || !this.#rights.maySubscribe(this.deviceNamed(client.id), subscription.topic)) return null;
    topics.add(subscription.topic);
    return subscription;
  }

  unsubscribed(client: Client, topics: readonly string[]): void {
    for (const topic of topics) this.#topics.get(client)?.delete(topic);
  }

  /** Who signs in gets a client id below its own device id: nobody can take another device's session. */
  #enter(client: Client, username: string): boolean {
    if (this.#signIn !== undefined) client.id = nameOf(username, client.id);
    const connect = this.#connects.get(client);
    const device = this.deviceNamed(client.id);
    if (connect?.will !== undefined && this.#rights.obstacleTo(device, connect.will.topic) !== undefined) return false;
    if (device !== undefined && !this.#register(device, client)) return false;
    if (client.conn instanceof Mqtt5Line && client.conn.startsClean) this.#sessions().forgetSession(client.id);
    if (connect?.clean === false) this.#sessions().see(client.id);
    return true;
  }

  #register(device: DeviceId, client: Client): boolean {
    const clients = this.#clientsOf.get(device) ?? new Set();
    const others = [...clients].filter(({ id }) => id !== client.id); // one of the same id gives way
    if (others.length >= CONNECTIONS_PER_DEVICE_MAX) return false;
    this.#clientsOf.set(device, clients.add(client));
    client.conn.once('close', () => {
      clients.delete(client);
      if (clients.size === 0) this.#clientsOf.delete(device);
    });
    return true;
  }

  #turnOut(device: DeviceId): void {
    for (const client of this.#clientsOf.get(device) ?? []) client.close();
  }
}

/** A device id has no `/`. */
const nameOf = (device: DeviceId, clientId: string): string => `${device}/${clientId}`;
