import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { Aedes, type Client, type PublishPacket } from 'aedes';
import packets from 'mqtt-packet';
import type { Logger } from 'pino';
import type { DeviceDirectory, DeviceId } from '../../gateway/domain/device.ts';
import type { Intake, Report } from '../../gateway/domain/signal.ts';
import { type Broker, drainedInTime } from './broker.ts';
import { COMMAND_TOPIC } from './commands.ts';
import { deadLetter } from './dead-letter.ts';
import { mayPublish, maySubscribe } from './own-topics.ts';
import { PacketGuard, type TooLarge } from './packet-guard.ts';
import { toBytes, tooLarge } from './payload.ts';
import type { Reader } from './reader.ts';
import { Window } from './window.ts';

/** Devices at once. A connection may hold one packet of 257 KiB that is not whole yet; usually it holds nothing. */
const CONNECTIONS_MAX = 5_000;
/** Silence after which the system asks whether the other side still stands: for devices without an MQTT keep-alive. */
const TCP_KEEP_ALIVE_MS = 60_000;

/** How devices prove who they are, with the broker's own key and certificate. */
export type DeviceSignIn = Readonly<{
  tls: SecureContextOptions;
  authenticate(device: DeviceId, secret: string): Promise<boolean>;
}>;

export type EmbeddedPorts = Readonly<{
  host: string;
  port: number;
  signIn: DeviceSignIn | undefined;
  reader: Reader;
  directory: DeviceDirectory;
  intake: Intake;
  log: Logger;
}>;

type Answer = (error?: Error | null) => void;

/** Starts listening. Throws where strangers could come in: a host beyond loopback without TLS and secrets. */
export async function startEmbedded(ports: EmbeddedPorts): Promise<Broker> {
  if (ports.signIn === undefined && !isLoopback(ports.host)) {
    throw new Error(
      `MQTT: the embedded broker takes devices without a sign-in on a loopback address only, and mqtt.host is ` +
        `'${ports.host}': set it to 127.0.0.1, or give the broker TLS and the devices secrets, or set mqtt.url to a broker that has them`,
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
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #signedIn = new WeakMap<Client, DeviceId>();
  readonly window: Window<Answer>;
  #isStopping = false;

  constructor(ports: EmbeddedPorts) {
    this.#ports = ports;
    this.window = new Window({
      intake: ports.intake,
      acknowledge: (answers) => {
        for (const answer of answers) answer(null);
      },
      refuse: (answers, cause) => this.#refuse(answers, cause),
      readOn: () => this.#readOn(),
    });
    this.#aedes = new Aedes({
      preConnect: (_client, packet, done) => {
        // sessions live in memory only: kept, a sleeping device's commands would grow there and arrive after their time
        packet.clean = true;
        done(null, !this.#isStopping);
      },
      authenticate: (client, username, password, done) =>
        void this.#authenticate(client, username, password).then((is) => done(null, is)),
      authorizePublish: (client, packet, done) => this.#take(client, packet, done),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, maySubscribe(this.#deviceOf(client), subscription.topic) ? subscription : null),
    });
    this.#aedes.on('clientError', ({ id }, { message }) =>
      ports.log.debug({ client: id, message }, 'MQTT client left'),
    );
    const serve = (socket: Socket): void => this.#serve(socket);
    this.#server = ports.signIn === undefined ? createServer(serve) : createTlsServer(ports.signIn.tls, serve);
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  async listen(): Promise<void> {
    await this.#aedes.listen();
    this.#server.listen(this.#ports.port, this.#ports.host);
    await once(this.#server, 'listening');
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : this.#ports.port;
    const host = this.#ports.host.includes(':') ? `[${this.#ports.host}]` : this.#ports.host;
    return `${this.#ports.signIn === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`;
  }

  isConnected(): boolean {
    return this.#server.listening;
  }

  publish(topic: string, payload: string): { withdraw(): void } {
    const packet: PublishPacket = { cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false };
    this.#aedes.publish(packet, (error) => {
      if (error) this.#ports.log.warn({ topic, message: error.message }, 'command not sent'); // its time limit answers
    });
    return { withdraw: () => undefined }; // it has left: there are no sessions that could keep it
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await drainedInTime(this.window);
    await setImmediate(); // the acknowledgements stand in the sockets' next write
    await new Promise<void>((resolve) => this.#aedes.close(resolve));
    for (const socket of this.#sockets) socket.destroy(); // those that never signed in
    await closed;
  }

  /** Reads a connection only while there is room, and takes out what is too large before it is gathered in memory. */
  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    const guard = new PacketGuard({
      tooLarge: (packet) => this.#takeTooLarge(socket, packet),
      broken: (text) => socket.destroy(new Error(`MQTT: ${text}`)),
    });
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      if (size !== 0 && (this.window.isHeld || this.#isStopping)) return null;
      const chunk: unknown = read(size);
      return chunk instanceof Buffer ? guard.pass(chunk) : chunk;
    };
    this.#aedes.handle(socket);
  }

  /** aedes reads when it hears of something readable; what came meanwhile is not announced again by itself. */
  #readOn(): void {
    for (const socket of this.#sockets) socket.emit('readable');
  }

  async #authenticate(client: Client, username: string | undefined, password: Buffer | undefined): Promise<boolean> {
    const { signIn, log } = this.#ports;
    if (signIn === undefined) return true;
    try {
      const isDevice = await signIn.authenticate(username ?? '', password?.toString() ?? '');
      if (isDevice && username !== undefined) this.#signedIn.set(client, username);
      return isDevice;
    } catch (error) {
      log.error({ err: error, device: username }, 'cannot check the secret of a device'); // refused: it tries again
      return false;
    }
  }

  /** Undefined: anybody, for this broker stands on a loopback address. */
  #deviceOf(client: Client | null): DeviceId | undefined {
    if (this.#ports.signIn === undefined) return undefined;
    return (client === null ? undefined : this.#signedIn.get(client)) ?? '';
  }

  /** The only hook before the PUBACK, which aedes writes when `done` is called. Last wills come by here as well. */
  #take(client: Client | null, packet: PublishPacket, done: Answer): void {
    if (this.#isStopping) {
      done(new Error('the gateway is stopping')); // a last will: the devices have not gone, we have
      return;
    }
    const obstacle = this.#obstacleTo(client, packet.topic);
    if (obstacle !== undefined) {
      this.#ports.log.warn({ client: client?.id, topic: packet.topic, obstacle }, 'publish refused');
      done(new Error(obstacle)); // closes the connection
      return;
    }
    const payload = toBytes(packet.payload);
    const reports = this.#ports.reader.read(packet.topic, payload, false);
    packet.retain &&= payload.length === 0 || this.#isStatusOfKnown(reports);
    this.window.add({ reports, origin: done, bytes: payload.length });
  }

  #obstacleTo(client: Client | null, topic: string): string | undefined {
    if (topic.startsWith('$')) return 'the broker speaks here';
    if (COMMAND_TOPIC.match(topic) !== undefined) return 'only the gateway gives commands';
    return mayPublish(this.#deviceOf(client), topic) ? undefined : "not this device's own topic";
  }

  /** Retained messages stay in memory until deleted, so no stranger may add one. */
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
