import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import packets from 'mqtt-packet';
import type { Logger } from 'pino';
import type { DeviceDirectory } from '../../gateway/domain/device.ts';
import type { Intake, Report } from '../../gateway/domain/signal.ts';
import { deadLetter } from '../codec/dead-letter.ts';
import { toBytes, tooLarge } from '../codec/payload.ts';
import { Admission, type DeviceSignIn } from './admission.ts';
import { type Broker, type BrokerCounts, drainedInTime } from './broker.ts';
import { Door } from './door.ts';
import type { TooLarge } from './packet-guard.ts';
import type { Reader } from './reader.ts';
import { openOrSetAside } from './session-store.ts';
import { Sessions } from './sessions.ts';
import { Window } from './window.ts';

/** Messages at QoS 2 of one client that wait for their release. */
const IN_FLIGHT_MAX = 100;
/** A client that takes nothing for so long is closed. */
const DRAIN_MAX_MS = 10_000;
/** How often old commands and left sessions are looked for. */
const SWEEP_EVERY_MS = 60_000;
/** Devices that were there when the gateway died have so long to come back before their last wills speak. */
const RETURN_WITHIN_MS = 240_000;
/** aedes looks for wills of an earlier run at every fourth beat. */
const BEATS_TO_WILLS = 4;

export type EmbeddedPorts = Readonly<{
  host: string;
  port: number;
  messagesPerSecond: number;
  signIn: DeviceSignIn | undefined;
  /** The file of retained states, sessions and waiting commands; `:memory:` forgets them. */
  sessionFile: string;
  returnWithinMs?: number | undefined;
  reader: Reader;
  directory: DeviceDirectory;
  intake: Intake;
  log: Logger;
  now: () => number;
}>;

type Answer = (error?: Error | null) => void;

/** Starts listening. Throws where strangers could come in: a host beyond loopback without TLS and secrets. */
export async function startEmbedded(ports: EmbeddedPorts): Promise<Broker> {
  if (ports.signIn === undefined && !isLoopback(ports.host)) {
    throw new Error(
      `MQTT: the embedded broker takes devices without a sign-in on a loopback address only, and mqtt.host is ` +
        `'${ports.host}': set it to 127.0.0.1, or set mqtt.tls.certFile and mqtt.tls.keyFile and give the devices ` +
        `secrets (PUT /api/v1/devices/{id}/secret), or set mqtt.url to a broker that has them`,
    );
  }
  const embedded = new EmbeddedBroker(ports);
  await embedded.listen();
  return embedded;
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);

class EmbeddedBroker implements Broker {
  readonly #ports: EmbeddedPorts;
  readonly #aedes: Aedes;
  readonly #door: Door;
  readonly #sessions: Sessions;
  readonly #admission: Admission;
  readonly #connected = new Set<string>();
  readonly #sweeping: NodeJS.Timeout;
  readonly window: Window<Answer>;
  readonly #counts = { publishesRefused: 0 };
  #isStopping = false;

  constructor(ports: EmbeddedPorts) {
    this.#ports = ports;
    this.#admission = new Admission(ports.signIn, () => this.#sessions, ports.reader.rights, ports.log);
    this.#sessions = new Sessions(openOrSetAside(ports.sessionFile, ports), ports.now, (client, topic) =>
      ports.reader.rights.maySubscribe(this.#admission.deviceNamed(client), topic),
    );
    this.window = new Window({
      intake: ports.intake,
      acknowledge: (answers) => {
        for (const answer of answers) answer(null);
      },
      refuse: (answers, cause) => this.#refuse(answers, cause),
      readOn: () => this.#door.readOn(),
    });
    this.#aedes = this.#openAedes();
    this.#door = new Door({
      ...ports,
      tls: ports.signIn?.tls,
      mayRead: () => !this.window.isHeld && !this.#isStopping,
      enter: (line) => void this.#aedes.handle(line),
      tooLarge: (socket, packet) => this.#takeTooLarge(socket, packet),
    });
    this.#sweeping = setInterval(() => this.#sweep(), SWEEP_EVERY_MS);
  }

  #openAedes(): Aedes {
    const { log, returnWithinMs = RETURN_WITHIN_MS } = this.#ports;
    const aedes = new Aedes({
      persistence: this.#sessions,
      maxInflightInbound: IN_FLIGHT_MAX,
      drainTimeout: DRAIN_MAX_MS,
      heartbeatInterval: returnWithinMs / BEATS_TO_WILLS,
      preConnect: (client, packet, done) => {
        if (!this.#isStopping && this.#admission.greet(client, packet)) done(null, true);
        else done(new Error('not taken'), false);
      },
      authenticate: (client, username, password, done) =>
        void this.#admission.admit(client, username, password).then((isIn) => {
          if (isIn) this.#door.welcome(client.conn);
          done(null, isIn);
        }),
      authorizePublish: (client, packet, done) => this.#take(client, packet, done),
      authorizeSubscribe: (client, subscription, done) => done(null, this.#admission.granted(client, subscription)),
    });
    aedes.on('clientError', ({ id }, { message }) => log.debug({ client: id, message }, 'MQTT client left'));
    aedes.on('clientReady', ({ id }) => this.#connected.add(id));
    aedes.on('clientDisconnect', ({ id }) => this.#connected.delete(id));
    aedes.on('unsubscribe', (topics, client) => this.#admission.unsubscribed(client, topics));
    // its own duties, such as the last wills of an earlier run; a refused one is counted where it is refused
    aedes.addListener('error', (error: Error) => log.warn({ message: error.message }, 'MQTT broker'));
    return aedes;
  }

  async listen(): Promise<void> {
    await this.#aedes.listen();
    await this.#door.listen();
  }

  get url(): string {
    return this.#door.url;
  }

  isConnected(): boolean {
    return this.#door.isListening;
  }

  counts(): BrokerCounts {
    const { connections, counts } = this.#door;
    return { connections, ...counts, ...this.#counts, ...this.#admission.counts, ...this.#sessions.counts() };
  }

  publish(topic: string, payload: string | Uint8Array): { withdraw(): void } {
    const body = Buffer.from(payload);
    const packet: PublishPacket = { cmd: 'publish', topic, payload: body, qos: 1, retain: false, dup: false };
    this.#aedes.publish(packet, (error) => {
      if (error) this.#ports.log.warn({ topic, message: error.message }, 'command not sent'); // its time limit answers
    });
    return { withdraw: () => undefined }; // what waits for a sleeping device ends with its own time
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#sessions.freeze();
    clearInterval(this.#sweeping);
    this.#admission.stop();
    const closed = this.#door.close();
    await drainedInTime(this.window);
    await setImmediate(); // the acknowledgements stand in the sockets' next write
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    this.#door.turnOut();
    await closed;
    this.#sessions.close();
  }

  #sweep(): void {
    try {
      this.#sessions.sweep((id) => this.#connected.has(id));
    } catch (error) {
      this.#ports.log.error({ err: error }, 'cannot forget old sessions'); // a full disk: tried again in a minute
    }
  }

  /** The only hook before the PUBACK, which aedes writes when `done` is called. Last wills come by here as well. */
  #take(client: Client | null, packet: PublishPacket, done: Answer): void {
    if (this.#isStopping) {
      done(new Error('the gateway is stopping')); // a last will: the devices have not gone, we have
      return;
    }
    if (client !== null) this.#door.spend(client.conn);
    const sender = this.#admission.deviceNamed(client?.id ?? willOwner(packet));
    const obstacle = this.#ports.reader.rights.obstacleTo(sender, packet.topic);
    if (obstacle !== undefined) {
      this.#counts.publishesRefused++;
      this.#ports.log.warn({ client: client?.id, topic: packet.topic, obstacle }, 'publish refused');
      done(new Error(obstacle)); // closes the connection
      return;
    }
    const payload = toBytes(packet.payload);
    const reports = this.#ports.reader.read(packet.topic, payload, false, sender);
    packet.retain &&= payload.length === 0 || this.#isStatusOfKnown(reports);
    this.window.add({ reports, origin: packet.retain ? this.#retaining(packet, done) : done, bytes: payload.length });
  }

  /** What the sender is told of is there after a restart. */
  #retaining(packet: PublishPacket, done: Answer): Answer {
    return (error) => {
      try {
        if (!error) this.#sessions.retain(packet);
        done(error);
      } catch (cause) {
        this.#ports.log.error({ err: cause, topic: packet.topic }, 'cannot keep a retained state');
        done(new Error('the broker keeps no states now')); // it comes again
      }
    };
  }

  /** Retained messages stay until deleted, so no stranger may add one. */
  #isStatusOfKnown(reports: readonly Report[]): boolean {
    const isKnown = (report: Report): boolean =>
      report.kind === 'status' && this.#ports.directory.find(report.device) !== undefined;
    return reports.length > 0 && reports.every(isKnown);
  }

  /** Acknowledged like any other bad message, once its dead letter is durable: else it comes again for ever. */
  #takeTooLarge(socket: Socket, { topic, qos, messageId, start, bytes }: TooLarge): void {
    const reports = this.#ports.reader.refuse(deadLetter(topic, start, [tooLarge(bytes)]));
    const origin: Answer = (error) => {
      if (error || qos === 2) socket.destroy(error ?? undefined);
      else if (messageId !== undefined && !socket.destroyed)
        socket.write(packets.generate({ cmd: 'puback', messageId }));
    };
    this.window.add({ reports, origin, bytes: start.length });
  }

  /** Each of these connections is closed, and the device sends again what was not acknowledged. */
  #refuse(answers: readonly Answer[], cause: unknown): void {
    this.#ports.log.error(
      { err: cause, messages: answers.length },
      'journal took no messages: devices must send them again',
    );
    const error = new Error('the journal takes no messages now');
    for (const answer of answers) answer(error);
  }
}

/** The client that left a last will in an earlier run: aedes has no connection for it any more. */
const willOwner = (packet: PublishPacket): string =>
  'clientId' in packet && typeof packet.clientId === 'string' ? packet.clientId : '';
