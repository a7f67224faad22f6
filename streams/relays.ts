import type { ClipFile, ClipWish, Snapshot, StreamSource } from '../gateway/domain/camera.ts';
import type { Connection } from '../gateway/domain/device.ts';
import { failed, type Result } from '../gateway/domain/result.ts';
import { writeClip } from './clip.ts';
import { fault, type StreamFault } from './fault.ts';
import { type FlvSink, FlvViewer, type QueueBounds, type Tracks } from './flv-viewer.ts';
import { type Held, Relay } from './relay.ts';
import { Rings } from './rings.ts';
import { pictureOf, SNAPSHOT_MAX_MS } from './snapshot.ts';
import type { SourceOptions } from './source.ts';
import type { SourceStatus } from './source-status.ts';

/** What one process carries at most; past it a request is refused, never queued. */
export const RELAYS_MAX = 1024;
export const VIEWERS_MAX = 4096;
/** Recordings that are watched at once: recorders have few such seats themselves. */
export const REPLAYS_MAX = 32;
/** Streams that wait for people to mend their password; the oldest is forgotten first. */
const HOLDS_MAX = 4096;
const TICK_MS = 1000;
/** Clips that are being taken at once; each waits for its end and keeps what is in its window. */
export const CLIPS_MAX = 64;
/** How long before an alarm a clip begins, with some room for the key frame that it has to begin with. */
const RING_KEEP_MS = 12_000;
const RING_MAX_BYTES = 256 * 1024 * 1024;

export type RelaysOptions = SourceOptions &
  Readonly<{
    lingerMs: number;
    onState: (status: SourceStatus) => void;
    /** How far back an armed stream is kept (预录), 12 s if absent. */
    ringMs?: number;
    /** What is kept of all streams together, 256 MiB if absent; see `Rings` on what goes first. */
    ringMaxBytes?: number;
  }>;
type Hold = Readonly<{ connection: Connection; held: Held }>;
/** A viewer that was let in. `leave` may be called more than once. */
export type Watching = Readonly<{ viewer: FlvViewer; leave: () => void }>;

/** All relays of this process by camera and quality. Runs without a process of its own too, as the bench does. */
export class Relays {
  readonly #options: RelaysOptions;
  readonly #relays = new Map<string, Relay>();
  readonly #holds = new Map<string, Hold>();
  readonly #ticking: NodeJS.Timeout;
  readonly #rings: Rings;
  #armed: ReadonlySet<string> = new Set();
  #clips = 0;
  #viewers = 0;
  #count = 0;

  constructor(options: RelaysOptions) {
    this.#options = options;
    this.#rings = new Rings(options.ringMaxBytes ?? RING_MAX_BYTES);
    this.#ticking = setInterval(() => {
      for (const relay of this.#relays.values()) relay.tick();
    }, TICK_MS);
  }

  watch(source: StreamSource, sink: FlvSink, bounds?: QueueBounds, tracks?: Tracks): Result<Watching, StreamFault> {
    if (tracks !== undefined && tracks !== 'pictures' && source.sound !== true)
      return failed(fault('no-sound', 'the camera’s record does not say settings.sound: true'));
    if (this.#viewers >= VIEWERS_MAX)
      return failed(fault('busy', `this machine shows ${VIEWERS_MAX} pictures already`));
    if (source.replay !== undefined && this.#replays() >= REPLAYS_MAX)
      return failed(fault('busy', `${REPLAYS_MAX} recordings are watched already`));
    const relay = this.#open(source);
    if (!relay.ok) return relay;
    this.#count += 1;
    const viewer = new FlvViewer(`viewer-${this.#count}`, pathOf(source), sink, this.#options.now, bounds, tracks);
    this.#viewers += 1;
    let isIn = true;
    const leave = (): void => {
      if (isIn) this.#viewers -= 1;
      isIn = false;
      relay.value.leave(viewer);
    };
    relay.value.join(viewer);
    return { ok: true, value: { viewer, leave } };
  }

  /**
   * From the key frame in memory; opens the stream for it when nobody looks. With the moment of an alarm, the picture of
   * that moment as far as it is in memory, and the stream stays open for a minute.
   */
  async snapshot(source: StreamSource, moment?: number): Promise<Result<Snapshot, StreamFault>> {
    const relay = this.#open(source);
    if (!relay.ok) return relay;
    if (moment !== undefined) relay.value.hold();
    const still = await (moment === undefined
      ? relay.value.keyFrame(SNAPSHOT_MAX_MS)
      : relay.value.still(moment, SNAPSHOT_MAX_MS));
    return still.ok ? pictureOf(still.value) : still;
  }

  /** These streams, and no others, stay open and keep their last seconds. Answers how many could not be opened. */
  arm(sources: readonly StreamSource[]): number {
    const opened = sources.map((source) => this.#open(source));
    this.#armed = new Set(sources.map(pathOf));
    for (const [path, relay] of this.#relays) relay.arm(this.#armed.has(path));
    return opened.filter(({ ok }) => !ok).length;
  }

  /** Writes a clip (录像片段) once its window is over. What the disk does not take is a fault, never a half file's name. */
  async clip(source: StreamSource, { path, moment, ...window }: ClipWish): Promise<Result<ClipFile, StreamFault>> {
    if (this.#clips >= CLIPS_MAX) return failed(fault('busy', `${CLIPS_MAX} clips are being taken already`));
    const relay = this.#open(source);
    if (!relay.ok) return relay;
    this.#clips += 1;
    try {
      const cut = await relay.value.clip(window, moment);
      return cut.ok ? { ok: true, value: await writeClip(path, cut.value) } : cut;
    } catch (error) {
      return failed(fault('disk', `the clip could not be written: ${codeOf(error)}`));
    } finally {
      this.#clips -= 1;
    }
  }

  /** Clips that wait for their end get it now: what they have is better than nothing after the restart. */
  endClips(): void {
    for (const relay of this.#relays.values()) relay.endClips();
  }

  status(): readonly SourceStatus[] {
    return [...this.#relays.values()].map((relay) => relay.status());
  }

  close(): void {
    clearInterval(this.#ticking);
    for (const relay of [...this.#relays.values()]) relay.close();
  }

  #open(source: StreamSource): Result<Relay, StreamFault> {
    const path = pathOf(source);
    const found = this.#relays.get(path);
    if (found !== undefined && isSameSource(found.source, source)) return { ok: true, value: found };
    found?.close(); // the address, the password or whether it may be heard was changed: its viewers come back to the new one
    if (this.#relays.size >= RELAYS_MAX)
      return failed(fault('busy', `this machine relays ${RELAYS_MAX} streams already`));
    const relay = new Relay(path, source, this.#relayOptions(path, source), this.#heldFor(path, source.connection));
    this.#relays.set(path, relay);
    relay.arm(this.#armed.has(path));
    return { ok: true, value: relay };
  }

  #replays = (): number => [...this.#relays.values()].filter(({ source }) => source.replay !== undefined).length;

  #relayOptions(path: string, source: StreamSource) {
    return {
      ...this.#options,
      ...(source.replay === undefined ? {} : { lingerMs: 0 }), // nobody comes back to another one's recording
      ring: { keepMs: this.#options.ringMs ?? RING_KEEP_MS, budget: this.#rings },
      onClosed: (held: Held | undefined) => {
        this.#relays.delete(path);
        if (held !== undefined) this.#hold(path, { connection: source.connection, held });
      },
    };
  }

  #hold(path: string, hold: Hold): void {
    this.#holds.delete(path);
    this.#holds.set(path, hold);
    for (const oldest of this.#holds.keys()) {
      if (this.#holds.size <= HOLDS_MAX) break;
      this.#holds.delete(oldest);
    }
  }

  /** Closing and opening again must not be a way round the waiting time after a refused password. */
  #heldFor(path: string, connection: Connection): Held | undefined {
    const hold = this.#holds.get(path);
    this.#holds.delete(path);
    if (hold === undefined || hold.held.retryAt <= this.#options.now()) return undefined;
    return isSame(hold.connection, connection) ? hold.held : undefined;
  }
}

/** A recording is watched by who asked for it, at their pace. */
const pathOf = ({ camera, quality, replay }: StreamSource): string =>
  replay === undefined ? `/live/${camera}/${quality}` : `/replay/${camera}/${replay.id}`;

const isSameSource = (a: StreamSource, b: StreamSource): boolean =>
  isSame(a.connection, b.connection) && a.sound === b.sound;

const isSame = (a: Connection, b: Connection): boolean =>
  a.url === b.url && a.username === b.username && a.password === b.password;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
