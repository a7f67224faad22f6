import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Logger } from 'pino';
import type { Snapshot, StreamSource } from '../gateway/domain/camera.ts';
import { failed, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import type { ToGateway, ToPlane } from './ipc.ts';
import { PlaneProcess } from './plane-process.ts';
import { socketPair } from './socket-pair.ts';
import type { SourceStatus } from './source-status.ts';

export interface VideoPlane {
  /** Resolves when the plane's process is ready; throws when it does not become so within 15 s. */
  start(): Promise<void>;
  /** Ends the process and waits for it. */
  stop(): Promise<void>;
  /** Gives an upgraded, already authorised request to the plane. */
  view(source: StreamSource, request: IncomingMessage, socket: Duplex, head: Buffer): void;
  snapshot(source: StreamSource): Promise<Result<Snapshot, StreamFault>>;
  /** What runs: per source its state, viewers, bit rate, since when. Empty while the plane is away. */
  status(): Promise<readonly SourceStatus[]>;
  onState(listener: (status: SourceStatus) => void): () => void;
}

export type VideoPlaneOptions = Readonly<{
  /** Where cameras may be, as CIDR blocks. */
  deviceNetworks: readonly string[];
  lingerMs?: number;
  /** Whether a camera may be given its password in clear (Basic). */
  allowBasic?: boolean;
  log: Logger;
  now?: () => number;
}>;

const LINGER_MS = 5000;
const READY_MAX_MS = 15_000;
/** The plane answers a snapshot within its own limits (8 s for the picture, 10 s to decode); this is for a dead one. */
const ANSWER_MAX_MS = 30_000;
/** A process that lives and does not answer is worse than a dead one: it keeps its viewers. */
const WATCH_MS = 5000;
const WATCH_ANSWER_MAX_MS = 10_000;
const RESTART_MIN_MS = 200;
const RESTART_MAX_MS = 5000;
/** A process that lived so long died of something new. */
const STEADY_MS = 30_000;
const QUESTIONS_MAX = 256;
const AWAY = fault('plane-away', 'the video plane is starting again');

export async function startVideoPlane(options: VideoPlaneOptions): Promise<VideoPlane> {
  const plane = new SupervisedPlane(options);
  await plane.start();
  return plane;
}

type Answer = Extract<ToGateway, { id: number }>;
type Question = Readonly<{ settle: (answer: Answer | undefined) => void; timer: NodeJS.Timeout }>;

/** The gateway's side of the video plane: starts its process, starts it again when it dies, and passes things on. */
class SupervisedPlane implements VideoPlane {
  readonly #options: VideoPlaneOptions;
  readonly #now: () => number;
  readonly #listeners = new Set<(status: SourceStatus) => void>();
  readonly #questions = new Map<number, Question>();
  readonly #open = new Map<string, SourceStatus>();
  /** Sockets on their way to a process that may die meanwhile. */
  readonly #handing = new Set<Socket>();
  #process: PlaneProcess | undefined;
  #startedAt = 0;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isStopped = true;
  #questionId = 0;
  #onReady: () => void = () => {};

  constructor(options: VideoPlaneOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async start(): Promise<void> {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>();
    this.#onReady = resolve;
    const timer = setTimeout(() => reject(new Error('the video plane did not start')), READY_MAX_MS);
    this.#spawn();
    this.#watch = setInterval(() => void this.#lookAfter(), WATCH_MS);
    await ready.finally(() => clearTimeout(timer));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restart);
    clearInterval(this.#watch);
    await this.#process?.stop();
  }

  view(source: StreamSource, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy()); // from here on nobody else listens, and an unheard error would end us
    if (!(socket instanceof Socket) || this.#process === undefined) refuse(socket);
    else if (socket instanceof TLSSocket) void this.#viewThroughPair(source, request, socket, head);
    else this.#handOver(source, request, socket, head);
  }

  async snapshot(source: StreamSource): Promise<Result<Snapshot, StreamFault>> {
    if (this.#questions.size >= QUESTIONS_MAX) return failed(fault('busy', 'too many pictures are awaited already'));
    const answer = await this.#ask((id) => ({ kind: 'snapshot', id, source: plain(source) }));
    return answer?.kind === 'snapshot' ? answer.result : failed(AWAY);
  }

  async status(): Promise<readonly SourceStatus[]> {
    const answer = await this.#ask((id) => ({ kind: 'status', id }));
    return answer?.kind === 'status' ? answer.sources : [];
  }

  onState(listener: (status: SourceStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #spawn(): void {
    const { deviceNetworks, lingerMs = LINGER_MS, allowBasic = false, log } = this.#options;
    this.#startedAt = this.#now();
    const settings = { deviceNetworks: [...deviceNetworks], lingerMs, allowBasic, logLevel: log.level };
    this.#process = new PlaneProcess(settings, {
      onMessage: (message) => this.#onMessage(message),
      onExit: (how) => this.#onExit(how),
    });
  }

  async #lookAfter(): Promise<void> {
    const watched = this.#process;
    if (watched === undefined) return;
    const answer = await this.#ask((id) => ({ kind: 'status', id }), WATCH_ANSWER_MAX_MS);
    if (answer !== undefined || this.#isStopped || this.#process !== watched) return;
    this.#options.log.error({ pid: watched.pid }, 'video plane does not answer, ending it');
    watched.kill();
  }

  #onMessage(message: ToGateway): void {
    if (message.kind === 'ready') {
      this.#options.log.info({ pid: this.#process?.pid }, 'video plane ready');
      this.#onReady();
    } else if (message.kind === 'state') this.#tell(message.status);
    else this.#questions.get(message.id)?.settle(message);
  }

  #onExit(how: Readonly<{ code: number | null; signal: NodeJS.Signals | null }>): void {
    this.#process = undefined;
    for (const socket of this.#handing) socket.destroy();
    this.#handing.clear();
    for (const question of [...this.#questions.values()]) question.settle(undefined);
    for (const status of [...this.#open.values()]) this.#tell(closed(status, this.#now()));
    if (this.#isStopped) return;
    this.#deaths = this.#now() - this.#startedAt > STEADY_MS ? 0 : this.#deaths + 1;
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MIN_MS * 2 ** Math.min(this.#deaths, 10));
    this.#options.log.error({ ...how, delayMs }, 'video plane died, starting it again');
    this.#restart = setTimeout(() => this.#spawn(), delayMs);
  }

  #tell(status: SourceStatus): void {
    const key = `${status.camera}/${status.quality}`;
    if (status.state === 'closed') this.#open.delete(key);
    else this.#open.set(key, status);
    for (const listener of this.#listeners) listener(status);
  }

  #ask(question: (id: number) => ToPlane, maxMs = ANSWER_MAX_MS): Promise<Answer | undefined> {
    this.#questionId += 1;
    const id = this.#questionId;
    return new Promise((resolve) => {
      const settle = (answer: Answer | undefined): void => {
        clearTimeout(timer);
        this.#questions.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(settle, maxMs, undefined);
      this.#questions.set(id, { settle, timer });
      if (this.#process === undefined) settle(undefined);
      else this.#process.send(question(id), undefined, (error) => error !== null && settle(undefined));
    });
  }

  /**
   * The socket itself moves to the plane's process, so that no picture passes through this one. Node would keep books
   * about sockets it handed over and let the server's `close` wait for each of them, or for ever when the plane was
   * killed: without its `server` the socket is not in those books.
   */
  #handOver(source: StreamSource, request: IncomingMessage, socket: Socket, head: Buffer): void {
    const early: unknown = socket.read();
    const all = Buffer.isBuffer(early) ? Buffer.concat([head, early]) : head;
    Reflect.set(socket, 'server', null);
    socket.setTimeout(0);
    const upgrade = { url: request.url ?? '/', headers: headersOf(request), head: all };
    this.#handing.add(socket);
    this.#process?.send({ kind: 'view', source: plain(source), upgrade }, socket, () => {
      this.#handing.delete(socket);
      socket.destroy(); // what is left here is a shell: the connection lives on in the plane
    });
  }

  /** An encrypted socket cannot leave the process that holds its keys: its plain side is piped to the plane. */
  async #viewThroughPair(source: StreamSource, request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const pair = await socketPair().catch(() => undefined); // no folder, no descriptors: the viewer comes again
    if (pair === undefined || this.#process === undefined) {
      refuse(socket);
      return;
    }
    const [near, far] = pair;
    pipeline(near, socket, near, () => {}); // an end on either side ends both, which is all there is to do
    this.#handOver(source, request, far, head);
  }
}

function headersOf(request: IncomingMessage): Record<string, string | string[]> {
  const given = Object.entries(request.headers).filter(
    (pair): pair is [string, string | string[]] => pair[1] !== undefined,
  );
  return Object.fromEntries(given);
}

/** A mutable copy for the channel, with nothing that the caller may have hung on it. */
const plain = ({ camera, quality, connection }: StreamSource) => ({ camera, quality, connection: { ...connection } });

const closed = ({ camera, quality }: SourceStatus, now: number): SourceStatus => ({
  camera,
  quality,
  state: 'closed',
  since: now,
  viewers: 0,
  bitsPerSecond: 0,
});

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
