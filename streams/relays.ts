import type { Snapshot, StreamSource } from '../gateway/domain/camera.ts';
import type { Connection } from '../gateway/domain/device.ts';
import { failed, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import { type FlvSink, FlvViewer } from './flv-viewer.ts';
import { type Held, Relay } from './relay.ts';
import { SNAPSHOT_MAX_MS, stillOf } from './snapshot.ts';
import type { SourceOptions } from './source.ts';
import type { SourceStatus } from './source-status.ts';

/** What one process carries at most; past it a request is refused, never queued. */
export const RELAYS_MAX = 1024;
export const VIEWERS_MAX = 4096;
/** Streams that wait for people to mend their password; the oldest is forgotten first. */
const HOLDS_MAX = 4096;
const TICK_MS = 1000;

export type RelaysOptions = SourceOptions & Readonly<{ lingerMs: number; onState: (status: SourceStatus) => void }>;
type Hold = Readonly<{ connection: Connection; held: Held }>;
/** A viewer that was let in. `leave` may be called more than once. */
export type Watching = Readonly<{ viewer: FlvViewer; leave: () => void }>;

/** All relays of this process by camera and quality. Runs without a process of its own too, as the bench does. */
export class Relays {
  readonly #options: RelaysOptions;
  readonly #relays = new Map<string, Relay>();
  readonly #holds = new Map<string, Hold>();
  readonly #ticking: NodeJS.Timeout;
  #viewers = 0;
  #count = 0;

  constructor(options: RelaysOptions) {
    this.#options = options;
    this.#ticking = setInterval(() => {
      for (const relay of this.#relays.values()) relay.tick();
    }, TICK_MS);
  }

  watch(source: StreamSource, sink: FlvSink): Result<Watching, StreamFault> {
    if (this.#viewers >= VIEWERS_MAX)
      return failed(fault('busy', `this machine shows ${VIEWERS_MAX} pictures already`));
    const relay = this.#open(source);
    if (!relay.ok) return relay;
    this.#count += 1;
    const viewer = new FlvViewer(`viewer-${this.#count}`, pathOf(source), sink, this.#options.now);
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

  /** From the key frame in memory; opens the stream for it when nobody looks. */
  async snapshot(source: StreamSource): Promise<Result<Snapshot, StreamFault>> {
    const relay = this.#open(source);
    if (!relay.ok) return relay;
    const key = await relay.value.keyFrame(SNAPSHOT_MAX_MS);
    return key.ok ? stillOf(key.value) : key;
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
    if (found !== undefined && isSame(found.source.connection, source.connection)) return { ok: true, value: found };
    found?.close(); // the address or the password was changed: its viewers come back to the new one
    if (this.#relays.size >= RELAYS_MAX)
      return failed(fault('busy', `this machine relays ${RELAYS_MAX} streams already`));
    const relay = new Relay(path, source, this.#relayOptions(path, source), this.#heldFor(path, source.connection));
    this.#relays.set(path, relay);
    return { ok: true, value: relay };
  }

  #relayOptions(path: string, source: StreamSource) {
    return {
      ...this.#options,
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

const pathOf = ({ camera, quality }: StreamSource): string => `/live/${camera}/${quality}`;

const isSame = (a: Connection, b: Connection): boolean =>
  a.url === b.url && a.username === b.username && a.password === b.password;
