import { availableParallelism } from 'node:os';
import type { StreamSource } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import type { Encodings } from './encodings.ts';
import { fault, type StreamFault } from './fault.ts';
import { type FlvSink, FlvViewer, type QueueBounds } from './flv-viewer.ts';
import { Transcode } from './transcode.ts';
import type { Watched } from './wall-viewer.ts';

/** Decoding and encoding takes a tenth to a fifth of a core a stream; one core is left for everything else. */
export const TRANSCODES_MAX = Math.max(1, availableParallelism() - 1);
/** An encoder that was just started is worth keeping while people flip through a wall. */
export const TRANSCODE_LINGER_MS = 30_000;

export type TranscodesOptions = Readonly<{
  /** The stream as the camera sends it. */
  watch: (source: StreamSource, sink: FlvSink) => Result<Watched, StreamFault>;
  encodings: Encodings;
  now: () => number;
  max?: number;
  lingerMs?: number;
}>;

/** The pool of encoders: one for a camera and quality, shared by all its viewers, and so many in all. */
export class Transcodes {
  readonly #options: TranscodesOptions;
  readonly #max: number;
  readonly #running = new Map<string, Transcode>();
  #count = 0;

  constructor(options: TranscodesOptions) {
    this.#options = options;
    this.#max = options.max ?? TRANSCODES_MAX;
  }

  get count(): number {
    return this.#running.size;
  }

  watch(source: StreamSource, sink: FlvSink, bounds?: QueueBounds): Result<Watched, StreamFault> {
    const path = `/live/${source.camera}/${source.quality}/h264`;
    const running = this.#running.get(path) ?? this.#start(path, source);
    if (running === undefined) return failed(fault('transcode-full', this.#whatToChange()));
    this.#count += 1;
    const viewer = new FlvViewer(`transcoded-${this.#count}`, path, sink, this.#options.now, bounds);
    running.join(viewer);
    return ok({ viewer, leave: () => running.leave(viewer) });
  }

  close(): void {
    for (const running of [...this.#running.values()]) running.close();
  }

  #start(path: string, source: StreamSource): Transcode | undefined {
    if (this.#running.size >= this.#max) return undefined;
    const started = new Transcode(path, {
      watch: (sink) => {
        const watched = this.#options.watch(source, sink);
        return watched.ok ? watched.value : undefined;
      },
      encodings: this.#options.encodings,
      now: this.#options.now,
      lingerMs: this.#options.lingerMs ?? TRANSCODE_LINGER_MS,
      onClosed: () => this.#running.delete(path),
    });
    this.#running.set(path, started);
    return started;
  }

  #whatToChange = (): string =>
    `${this.#max} streams are encoded again already: set the camera's sub stream to H.264, or use a browser that plays H.265`;
}
