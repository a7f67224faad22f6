import type { ClipWindow, StreamSource } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import type { AccessUnit, ParameterSets, VideoCodec } from './access-unit.ts';
import { BitRate } from './bit-rate.ts';
import { type Cut, cut } from './clip.ts';
import { pictureSize } from './decoder-config.ts';
import { fault, type StreamFault, type StreamFaultReason } from './fault.ts';
import type { FlvViewer } from './flv-viewer.ts';
import { lengthPrefixedBytes } from './h264/avcc.ts';
import type { PictureSize } from './h264/sps.ts';
import { Broadcast } from './hub.ts';
import { PUSH, PushedSource } from './push/pushed-source.ts';
import { Ring, type RingBudget } from './ring.ts';
import type { SoundFrame } from './sound/sound.ts';
import { pause, Source, type SourceEvents, type SourceOptions, type SourceState } from './source.ts';
import type { SourceStatus } from './source-status.ts';
import { Watchers } from './watchers.ts';

/** What a still picture is decoded from: a key frame, and what builds on it up to the one that is wanted. */
export type Still = Readonly<{
  codec: VideoCodec;
  sets: ParameterSets;
  /** NAL units behind their lengths, a picture each; the last one is wanted. */
  pictures: readonly Buffer[];
  at: number;
}>;
export type Held = Extract<SourceState, { state: 'waiting' }>;

export type RelayOptions = SourceOptions &
  Readonly<{
    lingerMs: number;
    /** How long before now an armed stream is kept (预录), and what all rings together may take. */
    ring: Readonly<{ keepMs: number; budget: RingBudget }>;
    onState: (status: SourceStatus) => void;
    /** The relay has closed by itself; `held` is a waiting time that a new relay of this stream must keep. */
    onClosed: (held: Held | undefined) => void;
  }>;
/** What another try a second later does not mend: who waits for a picture is told at once. */
const LASTING: ReadonlySet<StreamFaultReason> = new Set([
  ...(['bad-url', 'outside-networks', 'unauthorised', 'basic-refused', 'not-found', 'redirected'] as const),
  ...(['no-video', 'codec'] as const),
]);
type KeyWaiter = Readonly<{ deadline: number; settle: (key: Result<Still, StreamFault>) => void }>;
/** An alarm at a camera seldom comes alone, and people look at it next: its stream stays open so long. */
const HOLD_MS = 60_000;
/** Pictures that are decoded for one still: ten seconds; a camera with longer groups gives its key frame. */
const DECODE_MAX = 250;
/** What a clip waits for the first picture of a stream that was not open, and then for some more. */
const FIRST_PICTURE_MS = 6000;
const AT_LEAST_MS = 1500;

/** What a camera pushes, or what is asked of it. */
function sourceOf(source: StreamSource, options: RelayOptions, events: SourceEvents): Source | PushedSource {
  const { url } = source.connection;
  if (url.startsWith(PUSH)) return new PushedSource(source, options.pushes, events, options.now);
  return new Source(source, options, events);
}

/**
 * One camera and quality: one source, however many look. Opens with the first user and closes some time after the
 * last, so that flipping through a wall does not connect to a camera anew each time.
 */
export class Relay {
  readonly source: StreamSource;
  readonly #options: RelayOptions;
  readonly #broadcast: Broadcast;
  readonly #rate = new BitRate();
  readonly #watchers: Watchers;
  readonly #waiters = new Set<KeyWaiter>();
  readonly #running: Source | PushedSource;
  #state: SourceState = { state: 'connecting' };
  #since: number;
  #key: Still | undefined;
  #ring: Ring | undefined;
  #isArmed = false;
  #heldUntil = 0;
  #clips = 0;
  #codec: VideoCodec | undefined;
  #audio: string | undefined;
  #size: PictureSize | undefined;
  #sizedBy: ParameterSets | undefined;
  #isClosed = false;
  readonly #closing = new AbortController();
  #cutting = new AbortController();

  constructor(path: string, source: StreamSource, options: RelayOptions, held: Held | undefined) {
    this.source = source;
    this.#options = options;
    this.#since = options.now();
    this.#broadcast = new Broadcast(path);
    const isUsedElse = (): boolean => this.#waiters.size > 0 || this.#ring !== undefined;
    this.#watchers = new Watchers(this.#broadcast, options.lingerMs, () => this.close(), isUsedElse);
    this.#running = sourceOf(source, options, {
      onAccessUnit: (unit) => this.#onAccessUnit(unit),
      onBytes: (bytes) => this.#rate.add(bytes, options.now()),
      onState: (state) => this.#onState(state),
      onAudio: (audio) => {
        this.#audio = audio;
      },
      onSound: (frame) => this.#onSound(frame),
    });
    void this.#running.run(held);
    this.#watchers.lingerIfUnused();
  }

  get viewerCount(): number {
    return this.#watchers.size;
  }

  status(): SourceStatus {
    const { lostPackets } = this.#running;
    const { clockJumps } = this.#broadcast;
    return {
      camera: this.source.camera,
      quality: this.source.quality,
      state: this.#isClosed ? 'closed' : this.#state.state,
      since: this.#since,
      viewers: this.#watchers.size,
      bitsPerSecond: this.#rate.bitsPerSecond(this.#options.now()),
      ...this.#size,
      ...(this.#codec === undefined ? {} : { codec: this.#codec }),
      ...(lostPackets === 0 ? {} : { lostPackets }),
      ...(clockJumps === 0 ? {} : { clockJumps }),
      ...(this.#audio === undefined ? {} : { audio: this.#audio }),
      ...(this.#ring === undefined ? {} : { keptBytes: this.#ring.bytes }),
      ...(this.#state.state === 'waiting' ? { fault: this.#state.fault, retryAt: this.#state.retryAt } : {}),
    };
  }

  join = (viewer: FlvViewer): void => this.#watchers.join(viewer);
  leave = (viewer: FlvViewer): void => this.#watchers.leave(viewer);

  /** The key frame in memory, or the next one that comes within the time. Counts as a use of the source. */
  keyFrame(timeoutMs: number): Promise<Result<Still, StreamFault>> {
    if (this.#key !== undefined) return Promise.resolve(ok(this.#key));
    this.#watchers.stay();
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(failed(this.#whyNoPicture(timeoutMs))), timeoutMs);
      const settle = (key: Result<Still, StreamFault>): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        this.#watchers.lingerIfUnused();
        resolve(key);
      };
      const waiter = { deadline: this.#options.now() + timeoutMs, settle };
      this.#waiters.add(waiter);
      this.#giveUpHopeless();
    });
  }

  /** Armed (预录), it stays open and keeps its last seconds. */
  arm(isArmed: boolean): void {
    this.#isArmed = isArmed;
    if (isArmed) this.#record();
    else this.#stopRecording();
  }

  /** Something happened there: it stays open for a minute, and keeps what comes. */
  hold(): void {
    this.#heldUntil = this.#options.now() + HOLD_MS;
    this.#record();
  }

  /** The picture of a moment where it is in memory, else the key frame that is there or the next one. */
  still(moment: number, timeoutMs: number): Promise<Result<Still, StreamFault>> {
    const kept = this.#stillAt(moment);
    return kept === undefined ? this.keyFrame(timeoutMs) : Promise.resolve(ok(kept));
  }

  /** What there is of the window, once it is over; a stream that was not open begins with its next key frame. */
  async clip(window: ClipWindow, moment: number): Promise<Result<Cut, StreamFault>> {
    const wasOpen = this.#ring?.oldestAt !== undefined;
    this.hold();
    const ring = this.#record();
    const letGo = ring.pin(window.from);
    this.#clips += 1;
    try {
      await this.#until(window.to);
      const found = cut(ring, window, moment, wasOpen) ?? (await this.#clipFromNowOn(ring, window, moment));
      return found === undefined ? failed(this.#whyNoPicture(FIRST_PICTURE_MS)) : ok(found);
    } finally {
      letGo();
      this.#clips -= 1;
    }
  }

  /** The gateway stops: clips end here and now, with what they have. */
  endClips(): void {
    this.#cutting.abort();
    this.#cutting = new AbortController();
  }

  /** Called each second: lets viewers notice that time has passed. */
  tick(): void {
    this.#watchers.tick();
    this.#stopRecording();
  }

  /** `reason`: why its viewers see nothing more. */
  close(reason?: string): void {
    if (this.#isClosed) return;
    const held = this.#state.state === 'waiting' ? this.#state : undefined;
    this.#isClosed = true;
    this.#since = this.#options.now();
    this.#closing.abort();
    this.#running.stop();
    this.#ring?.close();
    this.#ring = undefined;
    for (const waiter of [...this.#waiters]) waiter.settle(failed(fault('closed', 'the stream was closed')));
    this.#watchers.close(reason);
    this.#options.onClosed(this.source.replay === undefined ? held : undefined);
    this.#options.onState(this.status());
  }

  #onAccessUnit(unit: AccessUnit): void {
    if (this.#isClosed) return;
    const at = this.#options.now();
    const body = this.#broadcast.publish(unit, at, unit.recordedAt);
    const data = body.subarray(body.length - lengthPrefixedBytes(unit.nals));
    this.#ring?.add(unit, data, at);
    const { codec, parameterSets: sets } = unit;
    if (sets === undefined) return;
    this.#measure(codec, sets);
    this.#key = { codec, sets, pictures: [data], at };
    for (const waiter of [...this.#waiters]) waiter.settle(ok(this.#key));
  }

  #onSound(frame: SoundFrame): void {
    if (this.#isClosed) return;
    const at = this.#options.now();
    this.#broadcast.publishSound(frame, at);
    this.#ring?.addSound(frame, at);
  }

  #measure(codec: VideoCodec, sets: ParameterSets): void {
    if (sets === this.#sizedBy) return;
    this.#sizedBy = sets;
    this.#codec = codec;
    this.#size = pictureSize(codec, sets);
    this.#options.onState(this.status());
  }

  #record(): Ring {
    this.#watchers.stay();
    const { keepMs, budget } = this.#options.ring;
    this.#ring ??= new Ring(keepMs, budget);
    this.#ring.isArmed = this.#isArmed;
    return this.#ring;
  }

  #stopRecording(): void {
    if (this.#ring === undefined) return;
    this.#ring.isArmed = this.#isArmed;
    if (this.#isArmed || this.#clips > 0 || this.#options.now() < this.#heldUntil) return;
    this.#ring.close();
    this.#ring = undefined;
    this.#watchers.lingerIfUnused();
  }

  #stillAt(moment: number): Still | undefined {
    const groups = this.#ring?.groups ?? [];
    const group = groups.findLast(({ pictures }) => (pictures[0]?.at ?? Number.POSITIVE_INFINITY) <= moment);
    const wanted = group?.pictures.findLastIndex(({ at }) => at <= moment) ?? -1;
    const at = group?.pictures[wanted]?.at;
    if (group === undefined || at === undefined) return undefined;
    const pictures = group.pictures.slice(0, wanted < DECODE_MAX ? wanted + 1 : 1).map(({ data }) => data);
    return { codec: group.codec, sets: group.sets, pictures, at };
  }

  async #clipFromNowOn(ring: Ring, window: ClipWindow, moment: number): Promise<Cut | undefined> {
    const first = await this.keyFrame(FIRST_PICTURE_MS);
    if (!first.ok) return undefined;
    const to = this.#options.now() + AT_LEAST_MS;
    await this.#until(to);
    return cut(ring, { ...window, to }, moment, false);
  }

  /** Waits for a point in time, or for the end of this relay or of its clips. */
  #until(at: number): Promise<void> {
    const sooner = AbortSignal.any([this.#closing.signal, this.#cutting.signal]);
    return pause(Math.max(0, at - this.#options.now()), sooner);
  }

  #onState(state: SourceState): void {
    if (this.#isClosed) return;
    this.#state = state;
    this.#since = this.#options.now();
    if (state.state !== 'playing') {
      this.#key = undefined;
      this.#ring?.interrupt();
      this.#broadcast.interrupt();
    }
    this.#giveUpHopeless();
    this.#options.onState(this.status());
    // A recording that is over is not played again, and one that cannot be had does not come by itself.
    if (state.state === 'waiting' && this.source.replay !== undefined) this.close(state.fault.reason);
  }

  /** Who waits for a picture need not wait out a time in which none can come. */
  #giveUpHopeless(): void {
    if (this.#state.state !== 'waiting') return;
    const { fault: why, retryAt } = this.#state;
    for (const waiter of [...this.#waiters]) {
      if (LASTING.has(why.reason) || retryAt >= waiter.deadline) waiter.settle(failed(why));
    }
  }

  #whyNoPicture = (timeoutMs: number): StreamFault =>
    this.#state.state === 'waiting' ? this.#state.fault : fault('timeout', `no picture within ${timeoutMs} ms`);
}
