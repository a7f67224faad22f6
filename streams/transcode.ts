import type { ParameterSets } from './access-unit.ts';
import { Encoder } from './encoder.ts';
import type { Encodings } from './encodings.ts';
import { splitNals, type Tag } from './flv.ts';
import { FlvReader } from './flv-reader.ts';
import type { FlvSink, FlvViewer } from './flv-viewer.ts';
import { Broadcast } from './hub.ts';
import { setsInRecord } from './record-sets.ts';
import { type PictureIn, TranscodeInput } from './transcode-input.ts';
import type { Watched } from './wall-viewer.ts';
import { Watchers } from './watchers.ts';

/** Pictures inside the encoder, whose times wait for them to come out; it holds one or two. */
const TIMES_MAX = 25;
const TICKS_PER_MS = 90;
const TICK_MS = 1000;
/** So long without a picture out while some go in: the encoder hangs. */
const HANGS_MS = 10_000;

export type TranscodeOptions = Readonly<{
  /** Joins the stream as the camera sends it; undefined when that cannot be had. */
  watch: (sink: FlvSink) => Watched | undefined;
  encodings: Encodings;
  now: () => number;
  /** How long it goes on after its last viewer. */
  lingerMs: number;
  onClosed: () => void;
}>;
type Time = Readonly<{ timeMs: number; capturedAt: number }>;

/**
 * A camera's stream decoded and encoded again as H.264, once for all its viewers: for browsers that play nothing else.
 * It is one viewer of the camera's relay, and a broadcast of its own.
 */
export class Transcode {
  readonly #options: TranscodeOptions;
  readonly #broadcast: Broadcast;
  readonly #watchers: Watchers;
  readonly #input = new TranscodeInput();
  readonly #times: Time[] = [];
  readonly #source: Watched | undefined;
  readonly #ticking: NodeJS.Timeout;
  #encoder: Encoder | undefined;
  /** A decoder begins with a key picture: what comes before it never comes out. */
  #waitsForKey = true;
  #sets: ParameterSets | undefined;
  #waitsSince: number | undefined;
  #isClosed = false;

  constructor(path: string, options: TranscodeOptions) {
    this.#options = options;
    this.#broadcast = new Broadcast(path);
    this.#watchers = new Watchers(this.#broadcast, options.lingerMs, () => this.close());
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    const close = (reason: string): void => this.close(reason);
    this.#source = options.watch({ send: (tags, sent) => this.#encode(tags, sent), close });
    if (this.#source === undefined) queueMicrotask(() => this.close());
    this.#watchers.lingerIfUnused();
  }

  join = (viewer: FlvViewer): void => this.#watchers.join(viewer);
  leave = (viewer: FlvViewer): void => this.#watchers.leave(viewer);

  close(reason = 'closed'): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#ticking);
    this.#source?.leave();
    this.#encoder?.stop();
    this.#watchers.close(reason);
    this.#options.onClosed();
  }

  /** What ffmpeg has not taken yet waits in our own viewer's queue, where it is cut to the next key picture. */
  #encode(tags: Buffer, sent: () => void): void {
    const all = this.#input.pictures(tags);
    const first = this.#waitsForKey ? all.findIndex(({ isKey }) => isKey) : 0;
    const pictures = first === -1 ? [] : all.slice(first);
    this.#waitsForKey &&= pictures.length === 0;
    const last = pictures.at(-1);
    if (last === undefined) sent();
    for (const picture of pictures) {
      this.#remember(picture);
      this.#encoderFor(picture).write(picture.stream, picture === last ? sent : () => {});
    }
  }

  #encoderFor({ codec }: PictureIn): Encoder {
    if (this.#encoder !== undefined) return this.#encoder;
    const reader = new FlvReader((tag) => this.#publish(tag));
    this.#encoder = new Encoder(codec, this.#options.encodings, {
      onOutput: (bytes) => reader.take(bytes),
      onEnd: () => this.close('decoder'),
      onRefused: () => this.#beginAnew(),
    });
    return this.#encoder;
  }

  #beginAnew(): void {
    [this.#encoder, this.#sets, this.#waitsSince, this.#waitsForKey] = [undefined, undefined, undefined, true];
    this.#times.length = 0;
  }

  #remember({ timeMs, capturedAt }: PictureIn): void {
    this.#waitsSince ??= this.#options.now();
    this.#times.push({ timeMs, capturedAt: capturedAt ?? this.#options.now() });
    if (this.#times.length > TIMES_MAX) this.#times.shift(); // a picture that the decoder could not use
  }

  /** Pictures come out as they went in, one for one: the encoder reorders none. */
  #publish(tag: Tag): void {
    if (this.#isClosed || !('content' in tag)) return;
    if (tag.kind === 'config') {
      const [sps, ...pps] = setsInRecord('avc', tag.content).map((set) => Buffer.from(set));
      this.#sets = sps === undefined ? undefined : { sps: [sps], pps };
      return;
    }
    const { timeMs, capturedAt } = this.#times.shift() ?? { timeMs: tag.timeMs, capturedAt: this.#options.now() };
    this.#waitsSince = this.#times.length === 0 ? undefined : this.#options.now();
    const isKey = tag.kind === 'key';
    const unit = { codec: 'h264' as const, nals: splitNals(tag.content), isKey, rtpTime: (timeMs * TICKS_PER_MS) | 0 };
    this.#broadcast.publish(
      isKey && this.#sets !== undefined ? { ...unit, parameterSets: this.#sets } : unit,
      capturedAt,
    );
  }

  #tick(): void {
    this.#watchers.tick();
    const waitsMs = this.#waitsSince === undefined ? 0 : this.#options.now() - this.#waitsSince;
    if (waitsMs <= HANGS_MS) return;
    this.#options.encodings.giveUp();
    this.close('decoder');
  }
}
