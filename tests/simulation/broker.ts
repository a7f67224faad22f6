import type { Chance } from './chance.ts';
import type { Weather } from './weather.ts';

export type Message = Readonly<{ number: number; device: string; topic: string; payload: string }>;

/** What the broker keeps for the gateway's session: all that the gateway has not acknowledged, in order. */
export class SimulatedBroker {
  readonly #weather: Weather;
  readonly #chance: Chance;
  readonly #onAcknowledged: (message: Message) => void;
  readonly #kept: Message[] = [];
  #connection: Connection | undefined;

  constructor(weather: Weather, chance: Chance, onAcknowledged: (message: Message) => void) {
    this.#weather = weather;
    this.#chance = chance;
    this.#onAcknowledged = onAcknowledged;
  }

  get kept(): number {
    return this.#kept.length;
  }

  /** False while it is away: the device keeps its message and tries again. */
  publish(message: Message): boolean {
    if (this.#weather.isBrokerAway) return false;
    this.#kept.push(message);
    return true;
  }

  /** A connection on which all that is not acknowledged comes again; undefined while the broker is away. */
  connect(): Connection | undefined {
    if (this.#weather.isBrokerAway) return undefined;
    this.#connection = new Connection();
    return this.#connection;
  }

  goAway(): void {
    this.#weather.isBrokerAway = true;
    this.#connection?.close();
  }

  /** The next message of some device: each device's own stay in order, those of several mix as they like. */
  next(connection: Connection): Message | undefined {
    const waiting = this.#kept.filter((message) => !connection.sent.has(message));
    if (connection.isClosed || waiting.length === 0) return undefined;
    const { device } = this.#chance.pick(waiting);
    const message = waiting.find((one) => one.device === device);
    if (message !== undefined) connection.sent.add(message);
    return message;
  }

  /** A PUBACK; on a connection that is gone it means nothing. */
  acknowledge(connection: Connection, message: Message): void {
    if (connection.isClosed) return;
    this.#kept.splice(this.#kept.indexOf(message), 1);
    this.#onAcknowledged(message);
  }
}

export class Connection {
  readonly sent = new Set<Message>();
  isClosed = false;
  close(): void {
    this.isClosed = true;
  }
}
