import { connect, type IPublishPacket, type MqttClient } from 'mqtt';
import packets from 'mqtt-packet';
import type { Logger } from 'pino';
import type { Intake } from '../../gateway/domain/signal.ts';
import { toBytes } from '../codec/payload.ts';
import { backoffMs } from './backoff.ts';
import { type Broker, drainedInTime, within } from './broker.ts';
import type { Outgoing } from './commands.ts';
import type { Reader } from './reader.ts';
import { Window } from './window.ts';

/** Seconds without a packet after which the two sides ask for each other. */
const KEEP_ALIVE_S = 30;

/** A broker that reads nothing any more does not hold up a stop. */
const GOODBYE_MAX_MS = 1_000;

/**
 * Given to mqtt.js in place of an acknowledgement: told of an error, it writes no PUBACK and reads on (5.16.0,
 * handlers/publish.js, QoS 1). `acknowledgement.test.ts` keeps watch over that.
 */
const WE_ACKNOWLEDGE = new Error('acknowledged by the window, once the journal has it');

/** The packet's type, and that two bytes follow, which are the message's id. */
const PUBACK_HEADER = 0x4002;
const PUBACK_BYTES = 4;

export type OutsidePorts = Readonly<{
  url: string;
  clientId: string;
  username: string | undefined;
  password: string | undefined;
  /** Topics to subscribe to. */
  filters: readonly string[];
  reader: Reader;
  intake: Intake;
  log: Logger;
  keepAliveS?: number;
}>;

type Stream = MqttClient['stream'];
/** The connection on which a message came, for its id means nothing on the next; undefined at QoS 0. */
type Origin = Readonly<{ stream: Stream; messageId: number }> | undefined;

/** Connects, and goes on trying in the background where the broker is away: resolves after the first try. */
export async function connectOutside(ports: OutsidePorts): Promise<Broker> {
  const outside = new OutsideBroker(ports);
  await outside.start();
  return outside;
}

class OutsideBroker implements Broker {
  readonly url: string;
  readonly #ports: OutsidePorts;
  readonly #client: MqttClient;
  readonly #keepAliveS: number;
  readonly window: Window<Origin>;
  /** Lets mqtt.js go on to the next packet; set while the reader is held. */
  #free: (() => void) | undefined;
  #holdTimer: NodeJS.Timeout | undefined;
  #isSubscribed = false;
  /** Resolved by the first subscription, or the first connection that fails. */
  readonly #tried = Promise.withResolvers<void>();
  #isStopping = false;
  #failures = 0;
  #refusals = 0;

  constructor(ports: OutsidePorts) {
    this.#ports = ports;
    this.url = ports.url;
    this.#keepAliveS = ports.keepAliveS ?? KEEP_ALIVE_S;
    this.window = new Window({
      intake: ports.intake,
      acknowledge: (origins) => this.#acknowledge(origins),
      refuse: (origins, cause) => this.#refuse(origins, cause),
      readOn: () => this.#readOn(),
    });
    this.#client = connect(ports.url, {
      clientId: ports.clientId,
      clean: false, // the broker keeps what comes while we are away
      protocolVersion: 4,
      keepalive: this.#keepAliveS,
      reconnectPeriod: backoffMs(0),
      manualConnect: true,
      ...(ports.username === undefined ? {} : { username: ports.username }),
      ...(ports.password === undefined ? {} : { password: ports.password }),
    });
    this.#client.handleMessage = (packet, done) => this.#take(packet, () => done(WE_ACKNOWLEDGE));
    this.#client.on('connect', () => this.#onConnect());
    this.#client.on('close', () => this.#onClose());
    // mqtt.js connects again after each of these; what they cost is told by isConnected
    this.#client.on('error', ({ message }) => ports.log.warn({ message }, 'MQTT broker'));
  }

  start(): Promise<void> {
    this.#client.connect();
    return this.#tried.promise;
  }

  counts(): undefined {
    return undefined;
  }

  isConnected(): boolean {
    return this.#client.connected && this.#isSubscribed;
  }

  publish(topic: string, payload: string | Uint8Array): Outgoing | undefined {
    if (!this.#client.connected) return undefined;
    let isOut = false;
    this.#client.publish(topic, Buffer.from(payload), { qos: 1 }, () => {
      isOut = true; // or withdrawn; from here on its id may be another message's
    });
    const messageId = this.#client.getLastMessageId();
    return { withdraw: () => void (isOut || this.#client.removeOutgoingMessage(messageId)) };
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await drainedInTime(this.window);
    const { stream } = this.#client;
    // the acknowledgements before it leave first; the broker keeps the session and all that was not acknowledged
    if (this.#client.connected) await within(GOODBYE_MAX_MS, written(stream, packets.generate({ cmd: 'disconnect' })));
    clearInterval(this.#holdTimer);
    await this.#client.endAsync(true);
  }

  #onConnect(): void {
    this.#failures = 0;
    this.#ports.log.info({ url: this.url }, 'MQTT broker connected');
    if (this.#isSubscribed) return; // the session holds it; where it was lost, mqtt.js subscribes again
    this.#client.subscribe([...this.#ports.filters], { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos > 2).map(({ topic }) => topic) ?? [];
      this.#isSubscribed = !error && refused.length === 0;
      if (!this.#isSubscribed)
        this.#ports.log.error({ message: error?.message, refused }, 'MQTT broker refuses topics');
      this.#tried.resolve();
    });
  }

  /** What came on the lost connection and is not with the intake yet comes again on the next one. */
  #onClose(): void {
    this.window.drop((origin) => origin?.stream.destroyed === true);
    this.#readOn();
    this.#tried.resolve();
    this.#client.options.reconnectPeriod = backoffMs(Math.max(this.#failures++, this.#refusals));
  }

  /** One packet of mqtt.js, which gives the next one after `readOn`. */
  #take({ topic, payload, retain, qos, messageId }: IPublishPacket, readOn: () => void): void {
    const { stream } = this.#client;
    if (this.#isStopping) return; // held for good: not acknowledged, so it comes again
    if (!stream.destroyed) {
      const origin = qos === 0 || messageId === undefined ? undefined : { stream, messageId };
      const body = toBytes(payload);
      this.window.add({ reports: this.#ports.reader.read(topic, body, retain), origin, bytes: body.length });
    } // else the rest of a lost connection: it comes again
    if (this.window.isHeld) this.#hold(readOn);
    else readOn();
  }

  /** While nothing is read, neither side's answer to a ping is: we ping all the same, so that the broker keeps us. */
  #hold(readOn: () => void): void {
    this.#free = readOn;
    this.#holdTimer = setInterval(() => this.#keepAlive(), (this.#keepAliveS * 1000) / 3);
  }

  #keepAlive(): void {
    if (!this.#client.connected) return;
    this.#client.sendPing();
    this.#client.reschedulePing(true);
  }

  #readOn(): void {
    clearInterval(this.#holdTimer);
    const free = this.#free;
    this.#free = undefined;
    free?.();
  }

  /** The PUBACKs in the order of the messages, in one write for a connection. */
  #acknowledge(origins: readonly Origin[]): void {
    this.#refusals = 0;
    for (const [stream, ids] of Map.groupBy(origins.filter(isAcknowledged), (origin) => origin.stream)) {
      if (stream.destroyed) continue; // they come again
      stream.write(pubacks(ids));
    }
  }

  /** Only a new connection makes a broker send again. */
  #refuse(origins: readonly Origin[], cause: unknown): void {
    this.#ports.log.error(
      { err: cause, messages: origins.length },
      'journal took no messages: asking the broker for them again',
    );
    this.#client.options.reconnectPeriod = backoffMs(this.#refusals++);
    for (const stream of new Set(origins.filter(isAcknowledged).map((origin) => origin.stream))) stream.destroy();
  }
}

const isAcknowledged = (origin: Origin): origin is NonNullable<Origin> => origin !== undefined;

/** A PUBACK for each, in order. Source: MQTT 3.1.1, 3.4. */
function pubacks(origins: readonly NonNullable<Origin>[]): Buffer {
  const bytes = Buffer.allocUnsafe(origins.length * PUBACK_BYTES);
  for (const [index, { messageId }] of origins.entries()) {
    bytes.writeUInt16BE(PUBACK_HEADER, index * PUBACK_BYTES);
    bytes.writeUInt16BE(messageId, index * PUBACK_BYTES + 2);
  }
  return bytes;
}

/** Resolves when the bytes have left for the system, or cannot. */
function written(stream: Stream, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => stream.write(bytes, () => resolve()));
}
