import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ClipFile, ClipWish, Snapshot, StreamSource } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import { HandOver } from './hand-over.ts';
import { plain, plainWish, type ToGateway, type ToPlane, type Upgrade } from './ipc.ts';
import { PlaneProcess } from './plane-process.ts';
import type { Pusher } from './push/rtmp-door.ts';
import { type Answer, Questions } from './questions.ts';
import type { SourceStatus } from './source-status.ts';
import type { StreamWish, TileDecision, VideoPlane, VideoPlaneOptions } from './video-plane.ts';

const LINGER_MS = 5000;
const RING = { keepMs: 12_000, maxBytes: 256 * 1024 * 1024 };
/** Beyond a clip's own end: a stream that has yet to be opened, and the disk. */
const CLIP_MAX_MS = 30_000;
const READY_MAX_MS = 15_000;
/** The plane answers a snapshot within its own limits (8 s for the picture, 10 s to decode); this is for a dead one. */
const ANSWER_MAX_MS = 30_000;
/** A process that lives and does not answer is worse than a dead one: it keeps its viewers. */
const WATCH_MS = 5000;
const WATCH_ANSWER_MAX_MS = 10_000;
const PCM_BYTES_PER_MS = 16;
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

/** The gateway's side of the video plane: starts its process, starts it again when it dies, and passes things on. */
class SupervisedPlane implements VideoPlane {
  readonly #options: VideoPlaneOptions;
  readonly #now: () => number;
  readonly #listeners = new Set<(status: SourceStatus) => void>();
  readonly #questions = new Questions();
  readonly #open = new Map<string, SourceStatus>();
  readonly #hand = new HandOver((message, socket, onDone) => {
    if (this.#process === undefined) return false;
    this.#viewings.add(message.viewing);
    this.#process.send(message, socket, onDone);
    return true;
  });
  /** What this process shows: all of it ends with it. */
  readonly #viewings = new Set<number>();
  #decide: TileDecision = async () => failed({ reason: 'refused' });
  #onEnded: (viewing: number) => void = () => {};
  #process: PlaneProcess | undefined;
  #startedAt = 0;
  #deaths = 0;
  #restart: NodeJS.Timeout | undefined;
  #watch: NodeJS.Timeout | undefined;
  #isStopped = true;
  #onReady: () => void = () => {};
  #armed: ReturnType<typeof plain>[] = [];
  #pushers: Pusher[] = [];
  readonly #pushing = new Set<string>();
  #onPushing: (camera: string, isOn: boolean) => void = () => {};

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

  async view(viewing: number, wish: StreamWish, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const toMessage = (upgrade: Upgrade) => ({ kind: 'view' as const, viewing, wish: plainWish(wish), upgrade });
    if (!(await this.#hand.upgraded(toMessage, { request, socket, head }))) this.#onEnded(viewing);
  }

  async viewWall(viewing: number, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const toMessage = (upgrade: Upgrade) => ({ kind: 'view-wall' as const, viewing, upgrade });
    if (!(await this.#hand.upgraded(toMessage, { request, socket, head }))) this.#onEnded(viewing);
  }

  async viewBare(viewing: number, wish: StreamWish): Promise<Result<Socket, StreamFault>> {
    const opened = await this.#hand.bare(viewing, plainWish(wish));
    if (!opened.ok) this.#onEnded(viewing);
    return opened;
  }

  async viewTalk(
    viewing: number,
    source: StreamSource,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
  ): Promise<void> {
    const toMessage = (upgrade: Upgrade) => ({ kind: 'view-talk' as const, viewing, source: plain(source), upgrade });
    if (!(await this.#hand.upgraded(toMessage, { request, socket, head }))) this.#onEnded(viewing);
  }

  async announce(source: StreamSource, pcm: Buffer): Promise<Result<void, StreamFault>> {
    const maxMs = (pcm.length / PCM_BYTES_PER_MS) * 1.5 + ANSWER_MAX_MS;
    const answer = await this.#ask((id) => ({ kind: 'announce', id, source: plain(source), pcm }), maxMs);
    return answer?.kind === 'announced' ? answer.result : failed(AWAY);
  }

  get hasWebRtc(): boolean {
    return this.#options.webrtc !== undefined;
  }

  async viewWebRtc(viewing: number, wish: StreamWish, offer: string): Promise<Result<string, StreamFault>> {
    this.#viewings.add(viewing);
    const answer = await this.#ask((id) => ({ kind: 'view-webrtc', id, viewing, wish: plainWish(wish), offer }));
    const result = answer?.kind === 'webrtc' ? answer.result : failed(AWAY);
    if (!result.ok) this.#ended(viewing);
    return result;
  }

  end(viewing: number, tile: number | undefined, reason: string): void {
    this.#process?.send({ kind: 'end', viewing, reason, ...(tile === undefined ? {} : { tile }) });
  }

  onTile(decide: TileDecision): void {
    this.#decide = decide;
  }

  onEnded(listener: (viewing: number) => void): void {
    this.#onEnded = listener;
  }

  async snapshot(source: StreamSource, moment?: number): Promise<Result<Snapshot, StreamFault>> {
    if (this.#questions.size >= QUESTIONS_MAX) return failed(fault('busy', 'too many pictures are awaited already'));
    const answer = await this.#ask((id) => ({ kind: 'snapshot', id, source: plain(source), moment }));
    return answer?.kind === 'snapshot' ? answer.result : failed(AWAY);
  }

  arm(sources: readonly StreamSource[]): void {
    this.#armed = sources.map(plain);
    this.#process?.send({ kind: 'arm', sources: this.#armed });
  }

  admitPushers(pushers: readonly Pusher[]): void {
    this.#pushers = pushers.map(({ camera, key }) => ({ camera, key }));
    this.#process?.send({ kind: 'pushers', pushers: this.#pushers });
  }

  onPushing(listener: (camera: string, isOn: boolean) => void): void {
    this.#onPushing = listener;
  }

  endClips(): void {
    this.#process?.send({ kind: 'end-clips' });
  }

  async clip(source: StreamSource, wish: ClipWish): Promise<Result<ClipFile, StreamFault>> {
    if (this.#questions.size >= QUESTIONS_MAX) return failed(fault('busy', 'too many pictures are awaited already'));
    const maxMs = Math.max(0, wish.to - this.#now()) + CLIP_MAX_MS;
    const answer = await this.#ask((id) => ({ kind: 'clip', id, source: plain(source), wish: { ...wish } }), maxMs);
    return answer?.kind === 'clip' ? answer.result : failed(AWAY);
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
    const { deviceNetworks, lingerMs = LINGER_MS, allowBasic = false, ring = RING, webrtc, rtmp, log } = this.#options;
    const { hardware = 'auto' } = this.#options;
    this.#startedAt = this.#now();
    const kept = { ringMs: ring.keepMs, ringMaxBytes: ring.maxBytes };
    const settings = {
      deviceNetworks: [...deviceNetworks],
      lingerMs,
      allowBasic,
      hardware,
      ...kept,
      ...(webrtc === undefined ? {} : { webrtc: { ...webrtc } }),
      ...(rtmp === undefined ? {} : { rtmp: { ...rtmp } }),
      logLevel: log.level,
    };
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
      if (this.#armed.length > 0) this.#process?.send({ kind: 'arm', sources: this.#armed });
      if (this.#pushers.length > 0) this.#process?.send({ kind: 'pushers', pushers: this.#pushers });
      this.#onReady();
    } else if (message.kind === 'state') this.#tell(message.status);
    else if (message.kind === 'pushing') this.#pushed(message.camera, message.isOn);
    else if (message.kind === 'tile') void this.#answerTile(message);
    else if (message.kind === 'ended') this.#ended(message.viewing);
    else this.#questions.answer(message);
  }

  #onExit(how: Readonly<{ code: number | null; signal: NodeJS.Signals | null }>): void {
    this.#process = undefined;
    this.#hand.lost();
    for (const viewing of [...this.#viewings]) this.#ended(viewing);
    this.#questions.lost();
    for (const camera of [...this.#pushing]) this.#pushed(camera, false);
    for (const status of [...this.#open.values()]) this.#tell(closed(status, this.#now()));
    if (this.#isStopped) return;
    this.#deaths = this.#now() - this.#startedAt > STEADY_MS ? 0 : this.#deaths + 1;
    const delayMs = Math.min(RESTART_MAX_MS, RESTART_MIN_MS * 2 ** Math.min(this.#deaths, 10));
    this.#options.log.error({ ...how, delayMs }, 'video plane died, starting it again');
    this.#restart = setTimeout(() => this.#spawn(), delayMs);
  }

  #pushed(camera: string, isOn: boolean): void {
    if (isOn) this.#pushing.add(camera);
    else this.#pushing.delete(camera);
    this.#onPushing(camera, isOn);
  }

  #tell(status: SourceStatus): void {
    const key = `${status.camera}/${status.quality}`;
    if (status.state === 'closed') this.#open.delete(key);
    else this.#open.set(key, status);
    for (const listener of this.#listeners) listener(status);
  }

  #ask(question: (id: number) => ToPlane, maxMs = ANSWER_MAX_MS): Promise<Answer | undefined> {
    return this.#questions.ask((id, lost) => {
      if (this.#process === undefined) lost();
      else this.#process.send(question(id), undefined, (error) => error !== null && lost());
    }, maxMs);
  }

  async #answerTile({ viewing, tile, grant }: Extract<ToGateway, { kind: 'tile' }>): Promise<void> {
    const asked = this.#process;
    const decided = await this.#decide(viewing, tile, grant).catch((error: unknown) => {
      this.#options.log.error({ err: error }, 'what a tile may show could not be decided');
      return failed({ reason: 'internal' });
    });
    const result = decided.ok ? ok(plainWish(decided.value)) : failed({ reason: decided.error.reason });
    asked?.send({ kind: 'tile', viewing, tile, result });
  }

  #ended(viewing: number): void {
    if (this.#viewings.delete(viewing)) this.#onEnded(viewing);
  }
}

const closed = ({ camera, quality }: SourceStatus, now: number): SourceStatus => ({
  camera,
  quality,
  state: 'closed',
  since: now,
  viewers: 0,
  bitsPerSecond: 0,
});
