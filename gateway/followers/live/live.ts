import type { Server as HttpServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { Server } from 'socket.io';
import type { Access } from '../../access/access.ts';
import { may, type Operator } from '../../access/operator.ts';
import { check } from '../../domain/zod-fault.ts';
import { Watch, type WatchAnswer } from '../../http/contract/live.ts';
import { toIso, toWall, wallOf } from '../../http/wire.ts';
import { CursorExpired, type Journal, type JournalQueries } from '../../journal/journal.ts';
import type { DeviceRegistry } from '../../registry/registry.ts';
import { Audiences } from './audience.ts';
import {
  Client,
  type ClientEvents,
  type LiveSocket,
  type ServerEvents,
  type SocketData,
  UP_TO_DATE,
} from './client.ts';
import { DevicePlaces } from './device-places.ts';
import { Edge } from './edge.ts';
import { handOut, wallRoom } from './hand-out.ts';
import { holderOfHandshake, inTurn, isFromHere } from './handshake.ts';
import { Past } from './past.ts';
import { leave, type SubscribingPorts, subscribe } from './subscribing.ts';
import { Turns } from './turns.ts';

export type LivePorts = Readonly<{
  server: HttpServer;
  journal: Pick<Journal, 'follow' | 'read' | 'head'>;
  queries: Pick<JournalQueries, 'facts'>;
  registry: Pick<DeviceRegistry, 'list' | 'onChange'>;
  access: Access;
  now: () => number;
  log: Logger;
}>;

export type Live = Readonly<{
  stop(): Promise<void>;
  clients(): number;
  /** Why nothing is handed out at the moment; undefined while all is well. For `/readyz`. */
  fault(): string | undefined;
}>;

/** The contract promises a tick at least every 5 s. */
const TICK_MS = 4_000;
const SWEEP_MS = 250;
const RETRY_MS = 1_000;
const MESSAGE_MAX_BYTES = 65_536;
const CONNECT_TIMEOUT_MS = 10_000;
/** At some 40 KiB each: 400 MiB at the very worst. */
const CLIENTS_MAX = 10_000;

/** Opens the live feed on a server that may or may not listen yet. It starts at the journal's end. */
export async function startLive(ports: LivePorts): Promise<Live> {
  const feed = new Feed(ports);
  feed.start();
  return { stop: () => feed.stop(), clients: () => feed.size, fault: () => feed.fault };
}

class Feed {
  readonly #ports: LivePorts;
  readonly #io: Server<ClientEvents, ServerEvents, Record<string, never>, SocketData>;
  readonly #clients = new Set<Client>();
  readonly #audiences = new Audiences<Client>();
  readonly #turns: Turns;
  readonly #past: Past;
  readonly #places: DevicePlaces;
  readonly #edge: Edge;
  readonly #stop = new AbortController();
  readonly #atEnd: (() => void)[] = [];
  #following: Promise<void> = Promise.resolve();
  fault: string | undefined;

  constructor(ports: LivePorts) {
    this.#ports = ports;
    this.#places = new DevicePlaces(ports.registry);
    this.#turns = new Turns(ports.now);
    this.#past = new Past(ports.journal, this.#places.of);
    this.#io = new Server(ports.server, {
      path: '/socket.io',
      transports: ['websocket'],
      serveClient: false,
      perMessageDeflate: false,
      destroyUpgrade: false, // other upgrades on this port are not Socket.IO's to end
      maxHttpBufferSize: MESSAGE_MAX_BYTES,
      connectTimeout: CONNECT_TIMEOUT_MS,
      allowRequest: (request, answer) =>
        inTurn(request, this.#turns, () => answer(null, this.#hasPlace() && isFromHere(request))),
    });
    const shared = { clients: this.#io.of('/live'), audiences: this.#audiences, places: this.#places.of };
    this.#edge = new Edge(ports.journal.head(), ports.now, (entries) => handOut(entries, shared));
  }

  get size(): number {
    return this.#clients.size;
  }

  start(): void {
    const { access } = this.#ports;
    this.#io.use((_socket, next) => next(new Error('unknown-namespace'))); // the contract has /live only
    const live = this.#io.of('/live');
    live.use((socket, next) => {
      const holder = holderOfHandshake(socket, access);
      if (holder === undefined) return next(new Error('no-session'));
      socket.data.holder = holder;
      return next();
    });
    live.on('connection', (socket) => this.#welcome(socket));
    this.#atEnd.push(
      this.#places.stop,
      access.onChange((username) => this.#recheck(username)),
      every(TICK_MS, () => this.#tick()),
      every(SWEEP_MS, () => this.#dismissSlow()),
    );
    this.#following = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#edge.stop();
    for (const end of this.#atEnd) end();
    this.#io.of('/live').disconnectSockets(true);
    this.#io.engine.close();
    await this.#following;
  }

  #hasPlace = (): boolean => !this.#stop.signal.aborted && this.#clients.size < CLIENTS_MAX;

  async #follow(): Promise<void> {
    const { journal, log } = this.#ports;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#edge.follow(journal, signal);
      } catch (error) {
        if (error instanceof CursorExpired) {
          log.error({ err: error }, 'live feed fell behind what the journal holds: all clients reload');
          for (const client of this.#clients) client.dismiss('too-slow');
          this.#edge.jumpTo(journal.head());
          continue;
        }
        this.fault = 'journal-unreadable';
        log.error({ err: error }, 'live feed cannot read the journal, trying again');
        await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined); // woken by the stop: seen above
        this.fault = undefined;
      }
    }
  }

  #welcome(socket: LiveSocket): void {
    const client = new Client(socket);
    this.#clients.add(client);
    const ports: SubscribingPorts = {
      ...this.#ports,
      edge: this.#edge,
      audiences: this.#audiences,
      past: this.#past,
      turns: this.#turns,
    };
    socket.on('subscribe', (wish, done) => {
      subscribe(client, wish, ports, (answer) => done?.(answer)).catch((error: unknown) => {
        // What it still had to be sent was taken out of the journal meanwhile: it is late, and nothing is wrong.
        if (!(error instanceof CursorExpired)) this.#ports.log.error({ err: error }, 'subscription failed');
        client.dismiss('too-slow'); // it starts again from a page that is whole
      });
    });
    socket.on('watch', (wish, done) => {
      const answer = this.#watch(socket, wish);
      done?.(answer);
    });
    socket.on('disconnect', () => {
      leave(client, this.#audiences);
      this.#clients.delete(client);
    });
  }

  /** A client watches one wall at a time; it gets the wall as it stands, then every change. */
  #watch(socket: LiveSocket, wish: unknown): WatchAnswer {
    const checked = check(Watch, wish);
    if (!checked.ok) return { ok: false, error: `bad-value: ${checked.error[0].field}` };
    const holder = this.#ports.access.holderOfHash(socket.data.holder.tokenHash);
    if (holder === undefined || !may(holder.operator, 'wall.read')) return { ok: false, error: 'no-permission' };
    for (const room of socket.rooms) if (room.startsWith(wallRoom(''))) void socket.leave(room);
    void socket.join(wallRoom(checked.value.wall));
    const wall = wallOf(this.#ports.queries, checked.value.wall);
    return { ok: true, ...(wall === undefined ? {} : { wall: toWall(wall) }) };
  }

  #tick(): void {
    const at = toIso(this.#ports.now());
    this.#io.of('/live').to(UP_TO_DATE).emit('tick', { seq: this.#edge.seq, at });
    for (const client of this.#clients) this.#recheckOne(client); // sessions run out without anybody's act
  }

  #dismissSlow(): void {
    for (const client of this.#clients) {
      if (client.isOpen && client.isTooSlow(this.#ports.now())) {
        this.#ports.log.warn({ clients: this.#clients.size }, 'slow live client told to reload');
        client.dismiss('too-slow');
      }
    }
  }

  #recheck(username: string): void {
    for (const client of this.#clients) {
      if (client.socket.data.holder.operator.username === username) this.#recheckOne(client);
    }
  }

  #recheckOne(client: Client): void {
    const was = client.socket.data.holder;
    const is = this.#ports.access.holderOfHash(was.tokenHash);
    if (is === undefined) client.socket.disconnect(true);
    else if (!isSameReach(was.operator, is.operator)) client.dismiss('rights-changed');
  }
}

/** Accounts are replaced as a whole: the same object is the same rights, and most looks end here. */
const isSameReach = (was: Operator, is: Operator): boolean =>
  was.role === is.role && (was.scope === is.scope || JSON.stringify(was.scope) === JSON.stringify(is.scope));

function every(ms: number, act: () => void): () => void {
  const timer = setInterval(act, ms);
  return () => clearInterval(timer);
}
