import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { Mqtt5Line, protocolLevel } from './mqtt5-line.ts';
import { PacketGuard, type TooLarge } from './packet-guard.ts';

/** Devices at once. A connection may hold one packet of 257 KiB that is not whole yet; usually it holds nothing. */
export const CONNECTIONS_MAX = 5_000;
/** Connections that have not signed in yet; what comes beyond is closed at once, and a device tries again. */
export const STRANGERS_MAX = 500;
/** How long a connection may take to shake hands, and again to say CONNECT. */
const SIGN_IN_MAX_MS = 10_000;
/** Silence after which the system asks whether the other side still stands: for devices without an MQTT keep-alive. */
const TCP_KEEP_ALIVE_MS = 60_000;
/** A CONNECT says its protocol within this many bytes. */
const OPENING_MAX_BYTES = 32;

export type DoorPorts = Readonly<{
  host: string;
  port: number;
  tls: SecureContextOptions | undefined;
  /** Messages a second of one connection: it is read no faster, so that what is more stays with the sender. */
  messagesPerSecond: number;
  /** Whether there is room for more messages. */
  mayRead(): boolean;
  /** A connection in MQTT 3.1 or 3.1.1, whatever the device speaks. */
  enter(line: Duplex): void;
  tooLarge(socket: Socket, packet: TooLarge): void;
  now: () => number;
}>;

type Visitor = { readonly socket: Socket; tokens: number; at: number; isHeld: boolean; timer?: NodeJS.Timeout };

/** Where devices come in: the listening socket, TLS, and what is limited before a packet is looked at. */
export class Door {
  readonly #ports: DoorPorts;
  readonly #server: Server;
  readonly #visitors = new Map<Duplex, Visitor>();
  readonly #held = new WeakMap<Socket, Visitor>();
  readonly #strangers = new Set<string>();
  readonly counts = { connectionsRefused: 0, throttled: 0 };

  constructor(ports: DoorPorts) {
    this.#ports = ports;
    const open = (socket: Socket): void => this.#open(socket);
    this.#server =
      ports.tls === undefined
        ? createServer(open)
        : createTlsServer({ ...ports.tls, handshakeTimeout: SIGN_IN_MAX_MS, minVersion: 'TLSv1.2' }, open);
    this.#server.maxConnections = CONNECTIONS_MAX;
    this.#server.on('drop', () => this.counts.connectionsRefused++);
    this.#server.on('connection', (socket: Socket) => this.#count(socket));
  }

  async listen(): Promise<void> {
    this.#server.listen(this.#ports.port, this.#ports.host);
    await once(this.#server, 'listening');
  }

  get url(): string {
    const address = this.#server.address();
    const port = typeof address === 'object' && address !== null ? address.port : this.#ports.port;
    const host = this.#ports.host.includes(':') ? `[${this.#ports.host}]` : this.#ports.host;
    return `${this.#ports.tls === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`;
  }

  get isListening(): boolean {
    return this.#server.listening;
  }

  get connections(): number {
    return this.#visitors.size;
  }

  /** One message of this connection: past its rate it is not read for the time that makes up for it. */
  spend(line: Duplex): void {
    const visitor = this.#visitors.get(line);
    if (visitor === undefined) return;
    if (visitor.tokens < 1) this.#fill(visitor); // the clock is asked only then: this is done for every message
    visitor.tokens -= 1;
    if (visitor.tokens >= 0 || visitor.isHeld) return;
    this.counts.throttled++;
    visitor.isHeld = true;
    this.#holdBack(visitor);
  }

  #fill(visitor: Visitor): void {
    const { messagesPerSecond, now } = this.#ports;
    const gained = ((now() - visitor.at) / 1000) * messagesPerSecond;
    visitor.tokens = Math.min(messagesPerSecond, visitor.tokens + Math.max(0, gained));
    visitor.at = now();
  }

  /** What stood in the same piece of the stream has come all the same: its debt is waited for as well. */
  #holdBack(visitor: Visitor): void {
    const waitMs = Math.ceil((-visitor.tokens / this.#ports.messagesPerSecond) * 1000) + 1;
    visitor.timer = setTimeout(() => {
      this.#fill(visitor);
      if (visitor.tokens < 0) return this.#holdBack(visitor);
      visitor.isHeld = false;
      visitor.socket.emit('readable');
    }, waitMs);
  }

  /** The connection has signed in. */
  welcome(line: Duplex): void {
    const socket = this.#visitors.get(line)?.socket;
    if (socket !== undefined) this.#strangers.delete(keyOf(socket));
  }

  /** A reader hears of something readable; what came meanwhile is not announced again by itself. */
  readOn(): void {
    for (const { socket } of this.#visitors.values()) socket.emit('readable');
  }

  /** Nobody comes in any more; resolves when the last has gone. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  /** Those that never signed in, and those that will not go. */
  turnOut(): void {
    for (const { socket } of this.#visitors.values()) socket.destroy();
    this.#visitors.clear();
  }

  #count(socket: Socket): void {
    const key = keyOf(socket);
    if (this.#strangers.size >= STRANGERS_MAX) {
      this.counts.connectionsRefused++;
      socket.destroy();
      return;
    }
    this.#strangers.add(key);
    socket.once('close', () => this.#strangers.delete(key));
  }

  /** Waits for the first bytes: they say which MQTT is spoken. */
  #open(socket: Socket): void {
    if (socket.destroyed) return;
    socket.setNoDelay(true).setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    const away = (): void => void this.#visitors.delete(socket);
    this.#visitors.set(socket, this.#visitorOf(socket));
    const late = setTimeout(() => socket.destroy(), SIGN_IN_MAX_MS);
    socket.on('error', () => undefined); // its close is what counts
    socket.once('close', () => {
      clearTimeout(late);
      away();
    });
    let opening = Buffer.alloc(0);
    const look = (): void => {
      const chunk: unknown = socket.read();
      if (!(chunk instanceof Buffer)) return;
      opening = Buffer.concat([opening, chunk]);
      const level = protocolLevel(opening) ?? (opening.length < OPENING_MAX_BYTES ? undefined : 0);
      if (level === undefined) return;
      socket.off('readable', look);
      clearTimeout(late);
      this.#visitors.delete(socket);
      if (level === 0) socket.destroy();
      else this.#enter(socket, level, opening);
    };
    socket.on('readable', look);
  }

  #enter(socket: Socket, level: number, opening: Buffer): void {
    socket.unshift(opening);
    this.#guard(socket);
    const line = level === 5 ? new Mqtt5Line(socket) : socket;
    const visitor = this.#visitorOf(socket);
    this.#visitors.set(line, visitor);
    socket.once('close', () => {
      clearTimeout(visitor.timer);
      this.#visitors.delete(line);
    });
    this.#ports.enter(line);
  }

  /** Reads only while there is room, and takes out what is too large before it is gathered in memory. */
  #guard(socket: Socket): void {
    const guard = new PacketGuard({
      // never a stranger's: aedes reads no further than the CONNECT until it is answered
      tooLarge: (packet) => this.#ports.tooLarge(socket, packet),
      broken: (text) => socket.destroy(new Error(`MQTT: ${text}`)),
    });
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      if (size !== 0 && !this.#mayRead(socket)) return null;
      const chunk: unknown = read(size);
      return chunk instanceof Buffer ? guard.pass(chunk) : chunk;
    };
  }

  #mayRead(socket: Socket): boolean {
    return this.#ports.mayRead() && this.#held.get(socket)?.isHeld !== true;
  }

  #visitorOf(socket: Socket): Visitor {
    const tokens = this.#ports.messagesPerSecond;
    const visitor: Visitor = { socket, tokens, at: this.#ports.now(), isHeld: false };
    this.#held.set(socket, visitor);
    return visitor;
  }
}

const keyOf = ({ remoteAddress = '', remotePort = 0 }: Socket): string => `${remoteAddress} ${remotePort}`;
