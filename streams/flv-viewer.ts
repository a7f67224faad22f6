import type { Session } from 'node-media-server/src/server/broadcast_server.js';
import { type TagKind, tagKind } from './flv.ts';

/** Where a viewer's bytes go. `sent` is called once the bytes have left the process, or cannot leave any more. */
export interface FlvSink {
  send(bytes: Buffer, sent: () => void): void;
  /** Ends the viewer's connection; `reason` is for people. */
  close(reason: string): void;
}

/** What a viewer may keep of what it has not taken: past it, it goes on at the next key frame. */
export type QueueBounds = Readonly<{
  maxBytes: number;
  maxMs: number;
  /** What is given to the socket at once; the rest stays here, where it can still be dropped. */
  windowBytes: number;
}>;
/** One viewer, one connection: two seconds of the heaviest camera. */
export const ALONE: QueueBounds = { maxBytes: 4 * 1024 * 1024, maxMs: 3000, windowBytes: 256 * 1024 };
/** Why a viewer was closed that took nothing for so long: its farewell would never arrive. */
export const STALLED = 'stalled';
/** Nothing left the process for so long: the viewer is gone or has stopped looking. */
export const STALL_MAX_MS = 10_000;
/** What of a stream its viewer is given. */
export type Tracks = 'pictures' | 'sound' | 'both';
type Waiting = Readonly<{ tag: Buffer; at: number }>;

/**
 * One viewer of one stream, with a bounded queue. It never holds up the hub and never grows: what it cannot take in
 * time is dropped whole, up to the next key frame, so that the picture jumps instead of falling ever further behind.
 */
export class FlvViewer implements Session {
  readonly id: string;
  readonly ip = '';
  readonly protocol = 'flv';
  readonly streamPath: string;
  endTime = 0;
  playCount = 0;
  readonly tracks: Tracks;
  readonly #sink: FlvSink;
  readonly #now: () => number;
  readonly #bounds: QueueBounds;
  #queue: Waiting[] = [];
  #queueBytes = 0;
  #inFlightBytes = 0;
  #progressAt: number;
  #config: Buffer | undefined;
  #soundConfig: Buffer | undefined;
  /** The hub's word on its clock, which comes before the key picture that it is about. */
  #clock: Buffer | undefined;
  #configWasDropped = false;
  #waitsForKey = false;
  #isHeld = false;
  #isClosed = false;
  #dropped = 0;

  constructor(
    id: string,
    streamPath: string,
    sink: FlvSink,
    now: () => number,
    bounds = ALONE,
    tracks: Tracks = 'pictures',
  ) {
    this.id = id;
    this.tracks = tracks;
    this.streamPath = streamPath;
    this.#sink = sink;
    this.#now = now;
    this.#bounds = bounds;
    this.#progressAt = now();
  }

  /** Bytes that wait here or in the socket. */
  get unsentBytes(): number {
    return this.#queueBytes + this.#inFlightBytes;
  }

  /** Tags that this viewer never got. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Until `release`, tags only gather: what a newcomer gets first leaves in one write. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Passes over pictures that build on what this viewer never saw. */
  awaitKey(): void {
    this.#waitsForKey = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#pump();
  }

  /** The hub's call for each tag. */
  sendBuffer = (tag: Buffer): void => {
    if (this.#isClosed) return;
    const kind = tagKind(tag);
    if (kind === 'config') this.#config = tag;
    if (kind === 'sound-config') this.#soundConfig = tag;
    if (kind === 'other' && this.tracks !== 'sound') this.#clock = tag;
    if (this.#waitsForKey && kind !== (this.tracks === 'sound' ? 'sound' : 'key')) {
      this.#configWasDropped ||= isConfig(kind);
      this.#dropped += 1;
      return;
    }
    if (this.#waitsForKey) this.#resume();
    this.#enqueue(tag);
    this.#cutIfLate();
    this.#pump();
  };

  /** To be called about each second: notices what only the passing of time shows. */
  tick(): void {
    this.#cutIfLate();
    const isStalled = this.unsentBytes > 0 && this.#now() - this.#progressAt > STALL_MAX_MS;
    if (isStalled) this.#end(STALLED);
  }

  close = (reason = 'closed'): void => this.#end(reason);

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#queueBytes = 0;
    this.#sink.close(reason);
  }

  #resume(): void {
    this.#waitsForKey = false;
    if (this.#clock !== undefined) this.#enqueue(this.#clock);
    const configs = this.#configWasDropped ? [this.#config, this.#soundConfig] : [];
    for (const config of configs) if (config !== undefined) this.#enqueue(config);
    this.#configWasDropped = false;
  }

  #enqueue(tag: Buffer): void {
    if (this.unsentBytes === 0) this.#progressAt = this.#now();
    this.#queue.push({ tag, at: this.#now() });
    this.#queueBytes += tag.length;
  }

  #cutIfLate(): void {
    const oldest = this.#queue[0];
    if (oldest === undefined) return;
    if (this.unsentBytes <= this.#bounds.maxBytes && this.#now() - oldest.at <= this.#bounds.maxMs) return;
    this.#configWasDropped ||= this.#queue.some(({ tag }) => isConfig(tagKind(tag)));
    this.#dropped += this.#queue.length;
    this.#queue = [];
    this.#queueBytes = 0;
    this.#waitsForKey = true;
  }

  #pump(): void {
    while (
      !this.#isHeld &&
      !this.#isClosed &&
      this.#queue.length > 0 &&
      this.#inFlightBytes < this.#bounds.windowBytes
    ) {
      const bytes = this.#takeBatch();
      this.#inFlightBytes += bytes.length;
      this.#sink.send(bytes, () => this.#onSent(bytes.length));
    }
  }

  /** As many tags as fill the window, in one piece: fewer system calls are the lever of the whole plane. */
  #takeBatch(): Buffer {
    let count = 0;
    let bytes = 0;
    for (const { tag } of this.#queue) {
      if (count > 0 && bytes + tag.length > this.#bounds.windowBytes) break;
      count += 1;
      bytes += tag.length;
    }
    const batch = this.#queue.splice(0, count).map(({ tag }) => tag);
    this.#queueBytes -= bytes;
    return batch.length === 1 && batch[0] !== undefined ? batch[0] : Buffer.concat(batch, bytes);
  }

  #onSent(bytes: number): void {
    this.#inFlightBytes -= bytes;
    this.#progressAt = this.#now();
    this.#pump();
  }
}

const isConfig = (kind: TagKind): boolean => kind === 'config' || kind === 'sound-config';
