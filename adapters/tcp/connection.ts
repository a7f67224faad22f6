import type { Socket } from 'node:net';
import type { Report } from '../../gateway/domain/signal.ts';
import { FrameCutter } from './frame-cutter.ts';
import type { ServerPorts } from './protocol.ts';

/** Frames that wait for the journal, decoded one by one: reading is held at this many. */
const WAITING_MAX = 256;
/** Frames handed to the intake at once. */
const BATCH_MAX = 64;
/** Frames of one connection in a second, and how many may come at once after a silence. */
const RATE_PER_SECOND = 50;
const RATE_BURST = 300;
/** Frames at fault in a row: who talks like that is no device of ours. */
const FAULTS_MAX = 20;
/** Silence after which a connection is closed: three times the longest heartbeat seen. */
const IDLE_MS = 15 * 60_000;
/** Answers that the other side does not read. */
const UNREAD_MAX_BYTES = 64 * 1024;
/** How often a device that talks is told of as online: the intake knows what it knows already. */
const ONLINE_EVERY_MS = 30_000;

const asItIs = (frame: Buffer): Buffer => frame;

/** One device's connection: frames in order, each answered when what it said is durable, and not before. */
export class Connection {
  readonly #socket: Socket;
  readonly #ports: ServerPorts;
  readonly #cutter: FrameCutter;
  readonly #heardAt = new Map<string, number>();
  #waiting: Buffer[] = [];
  #running: Promise<void> | undefined;
  #faults = 0;
  #tokens = RATE_BURST;
  #tokensAt: number;
  #resting: NodeJS.Timeout | undefined;

  constructor(socket: Socket, ports: ServerPorts) {
    this.#socket = socket;
    this.#ports = ports;
    this.#cutter = new FrameCutter(ports.protocol.cut, ports.protocol.maxBytes);
    this.#tokensAt = ports.now();
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy()); // the device is gone; it calls again
    socket.on('data', (chunk) => this.#heard(chunk));
    socket.on('close', () => clearTimeout(this.#resting));
  }

  /** Reads no more, answers what was read, closes. */
  async end(): Promise<void> {
    this.#socket.removeAllListeners('data');
    this.#socket.pause();
    await this.#running;
    this.#socket.destroy();
  }

  #heard(chunk: Buffer): void {
    const { clean = asItIs } = this.#ports.protocol;
    const frames = this.#cutter.push(chunk).map(clean);
    this.#waiting.push(...frames);
    this.#pay(frames.length);
    if (this.#waiting.length >= WAITING_MAX) this.#socket.pause();
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#socket.destroyed) {
      await this.#take(this.#waiting.splice(0, BATCH_MAX));
      if (this.#resting === undefined && this.#waiting.length < WAITING_MAX) this.#socket.resume();
    }
    this.#running = undefined;
  }

  async #take(frames: readonly Buffer[]): Promise<void> {
    const { desk, protocol, log } = this.#ports;
    const read = frames.map((payload) => desk.read(protocol.family, { topic: protocol.topic, payload }));
    const reports = read.flatMap((one) => one.reports);
    try {
      await desk.keep(protocol.family, [...reports, ...this.#online(reports)]);
    } catch (error) {
      // no answer: the device sends it again
      log.warn(
        { family: protocol.family, frames: frames.length, err: error },
        'the journal took no frames: unanswered',
      );
      this.#heardAt.clear();
      return;
    }
    for (const { replies } of read) for (const { payload } of replies) this.#write(payload);
    for (const { faults } of read) this.#faults = faults.length === 0 ? 0 : this.#faults + 1;
    if (this.#faults < FAULTS_MAX) return;
    log.warn({ family: protocol.family, from: this.#socket.remoteAddress }, 'nothing but faults: connection closed');
    this.#socket.destroy();
  }

  #write(payload: string | Uint8Array): void {
    if (this.#socket.destroyed) return;
    this.#socket.write(payload);
    if (this.#socket.writableLength > UNREAD_MAX_BYTES) this.#socket.destroy();
  }

  /** Who talks is there. */
  #online(reports: readonly Report[]): readonly Report[] {
    const at = this.#ports.now();
    const devices = new Set(
      reports.flatMap(({ kind, device }) => (kind === 'dead-letter' || device === undefined ? [] : [device])),
    );
    return [...devices].flatMap((device): readonly Report[] => {
      if (at - (this.#heardAt.get(device) ?? Number.NEGATIVE_INFINITY) < ONLINE_EVERY_MS) return [];
      if (this.#heardAt.size >= WAITING_MAX) this.#heardAt.clear();
      this.#heardAt.set(device, at);
      return [{ kind: 'status', device, online: true }];
    });
  }

  /** Over its rate a connection is read no further until it is within it again. */
  #pay(frames: number): void {
    const at = this.#ports.now();
    const gained = (Math.max(0, at - this.#tokensAt) / 1000) * RATE_PER_SECOND;
    this.#tokens = Math.min(RATE_BURST, this.#tokens + gained) - frames;
    this.#tokensAt = at;
    if (this.#tokens >= 0 || this.#resting !== undefined) return;
    this.#socket.pause();
    this.#resting = setTimeout(
      () => {
        this.#resting = undefined;
        if (this.#waiting.length < WAITING_MAX) this.#socket.resume();
      },
      (-this.#tokens / RATE_PER_SECOND) * 1000,
    );
  }
}
