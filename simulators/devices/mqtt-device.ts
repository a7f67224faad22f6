import { randomUUID } from 'node:crypto';
import { connectAsync, type MqttClient } from 'mqtt';
import { z } from 'zod';

export type DeviceOptions = Readonly<{
  mqttUrl: string;
  id: string;
  username?: string;
  password?: string;
  /** Milliseconds since 1970: the device's own clock. */
  now?: () => number;
}>;

/** What a device says in an event; `active` is left out for what has no end. */
export type DeviceEvent = Readonly<{
  type: string;
  active?: boolean;
  severity?: 1 | 2 | 3 | 4;
  value?: number;
  text?: string;
}>;

/** Does a command; throws where it cannot, with the reason for the reply. */
export type CommandHandler = (args: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

const Command = z.object({ id: z.string(), name: z.string(), args: z.record(z.string(), z.unknown()).default({}) });
type Reply = Readonly<{ id: string; ok: boolean; result?: Readonly<Record<string, unknown>>; error?: string }>;

/** Commands remembered, so that one which is delivered twice is done once. */
const DONE_MAX = 100;
const QOS = 1;

/** A device's session at the broker, on Fengsui's own topics: `fengsui/v1/{device}/event|telemetry|status|command|reply`. */
export class MqttDevice {
  readonly id: string;
  readonly #client: MqttClient;
  readonly #now: () => number;
  readonly #handlers: Readonly<Record<string, CommandHandler>>;
  readonly #done = new Map<string, Reply>();

  private constructor(client: MqttClient, options: DeviceOptions, handlers: Readonly<Record<string, CommandHandler>>) {
    this.id = options.id;
    this.#client = client;
    this.#now = options.now ?? Date.now;
    this.#handlers = handlers;
  }

  /** Signs in, takes commands and is online once this resolves. Rejects when the broker cannot be reached. */
  static async open(
    options: DeviceOptions,
    handlers: Readonly<Record<string, CommandHandler>> = {},
  ): Promise<MqttDevice> {
    const { mqttUrl, id, username, password } = options;
    const client = await connectAsync(
      mqttUrl,
      {
        clientId: id,
        clean: false, // a command waits for a device that is away
        reconnectPeriod: 1000,
        will: { topic: `fengsui/v1/${id}/status`, payload: Buffer.from('offline'), qos: QOS, retain: true },
        ...(username !== undefined && { username }),
        ...(password !== undefined && { password }),
      },
      false,
    );
    const device = new MqttDevice(client, options, handlers);
    await device.#begin();
    return device;
  }

  /** Milliseconds since 1970 by the device's clock. */
  now(): number {
    return this.#now();
  }

  /** Resolves at the broker's acknowledgement. */
  async event(event: DeviceEvent): Promise<void> {
    await this.#publish('event', { id: randomUUID(), at: this.#at(), ...event });
  }

  /** Resolves at the broker's acknowledgement. */
  async telemetry(values: Readonly<Record<string, number>>): Promise<void> {
    await this.#publish('telemetry', { at: this.#at(), values });
  }

  /** Signs off. */
  async stop(): Promise<void> {
    if (this.#client.connected) {
      // the broker may go before it has acknowledged
      const closed = new Promise<void>((resolve) => this.#client.once('close', () => resolve()));
      const said = this.#status('offline');
      this.#inBackground(said);
      await Promise.race([said, closed]);
    }
    await this.#client.endAsync(!this.#client.connected);
  }

  /** Loses its power: the broker tells its last will once it notices. */
  async vanish(): Promise<void> {
    await this.#client.endAsync(true);
  }

  async #begin(): Promise<void> {
    this.#client.on('message', (_, payload) => this.#inBackground(this.#obey(payload)));
    this.#client.on('connect', () => this.#inBackground(this.#status('online'))); // again, after a broken connection
    this.#client.on('error', () => undefined); // the client connects again by itself; the broker has told our will
    await this.#client.subscribeAsync(`fengsui/v1/${this.id}/command`, { qos: QOS });
    await this.#status('online');
  }

  /** What fails because we are leaving does not matter; anything else ends the process, loudly. */
  #inBackground(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#client.disconnecting && !this.#client.disconnected) throw error;
    });
  }

  #at(): string {
    return new Date(this.#now()).toISOString();
  }

  async #status(status: 'online' | 'offline'): Promise<void> {
    await this.#client.publishAsync(`fengsui/v1/${this.id}/status`, status, { qos: QOS, retain: true });
  }

  async #publish(kind: 'event' | 'telemetry' | 'reply', body: object): Promise<void> {
    await this.#client.publishAsync(`fengsui/v1/${this.id}/${kind}`, JSON.stringify(body), { qos: QOS });
  }

  async #obey(payload: Buffer): Promise<void> {
    const command = readCommand(payload);
    if (command === undefined) return; // without an id there is nobody to answer
    const reply = this.#done.get(command.id) ?? this.#do(command);
    this.#done.set(command.id, reply);
    const [oldest] = this.#done.keys();
    if (this.#done.size > DONE_MAX && oldest !== undefined) this.#done.delete(oldest);
    await this.#publish('reply', reply);
  }

  #do({ id, name, args }: z.infer<typeof Command>): Reply {
    const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
    if (handler === undefined) return { id, ok: false, error: `unknown command '${name}'` };
    try {
      return { id, ok: true, result: handler(args) };
    } catch (error) {
      return { id, ok: false, error: error instanceof Error ? error.message : String(error) };
    }
  }
}

function readCommand(payload: Buffer): z.infer<typeof Command> | undefined {
  try {
    return Command.safeParse(JSON.parse(payload.toString())).data;
  } catch {
    return undefined;
  }
}
