import type { StreamSource } from '../gateway/domain/camera.ts';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import type { AccessUnit, ParameterSets } from './access-unit.ts';
import { BitRate } from './bit-rate.ts';
import { fault, type StreamFault, type StreamFaultReason } from './fault.ts';
import type { FlvViewer } from './flv-viewer.ts';
import { type PictureSize, readPictureSize } from './h264/sps.ts';
import { Broadcast } from './hub.ts';
import { Source, type SourceOptions, type SourceState } from './source.ts';
import type { SourceStatus } from './source-status.ts';

/** The latest key frame: all that a still picture needs. `body` is that of its FLV tag. */
export type KeyFrame = Readonly<{ body: Buffer; sets: ParameterSets; at: number }>;
export type Held = Extract<SourceState, { state: 'waiting' }>;

export type RelayOptions = SourceOptions &
  Readonly<{
    lingerMs: number;
    onState: (status: SourceStatus) => void;
    /** The relay has closed by itself; `held` is a waiting time that a new relay of this stream must keep. */
    onClosed: (held: Held | undefined) => void;
  }>;
/** What another try a second later does not mend: who waits for a picture is told at once. */
const LASTING: ReadonlySet<StreamFaultReason> = new Set([
  ...(['bad-url', 'outside-networks', 'unauthorised', 'basic-refused', 'not-found', 'redirected'] as const),
  ...(['no-video', 'codec'] as const),
]);
type KeyWaiter = Readonly<{ deadline: number; settle: (key: Result<KeyFrame, StreamFault>) => void }>;

/**
 * One camera and quality: one source, however many look. Opens with the first user and closes some time after the
 * last, so that flipping through a wall does not connect to a camera anew each time.
 */
export class Relay {
  readonly source: StreamSource;
  readonly #options: RelayOptions;
  readonly #broadcast: Broadcast;
  readonly #rate = new BitRate();
  readonly #viewers = new Set<FlvViewer>();
  readonly #waiters = new Set<KeyWaiter>();
  readonly #running: Source;
  #state: SourceState = { state: 'connecting' };
  #since: number;
  #key: KeyFrame | undefined;
  #size: PictureSize | undefined;
  #sizedBy: ParameterSets | undefined;
  #linger: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(path: string, source: StreamSource, options: RelayOptions, held: Held | undefined) {
    this.source = source;
    this.#options = options;
    this.#since = options.now();
    this.#broadcast = new Broadcast(path);
    this.#running = new Source(source.connection, options, {
      onAccessUnit: (unit) => this.#onAccessUnit(unit),
      onBytes: (bytes) => this.#rate.add(bytes, options.now()),
      onState: (state) => this.#onState(state),
    });
    void this.#running.run(held);
    this.#lingerIfUnused();
  }

  get viewerCount(): number {
    return this.#viewers.size;
  }

  status(): SourceStatus {
    return {
      camera: this.source.camera,
      quality: this.source.quality,
      state: this.#isClosed ? 'closed' : this.#state.state,
      since: this.#since,
      viewers: this.#viewers.size,
      bitsPerSecond: this.#rate.bitsPerSecond(this.#options.now()),
      ...this.#size,
      ...(this.#state.state === 'waiting' ? { fault: this.#state.fault, retryAt: this.#state.retryAt } : {}),
    };
  }

  join(viewer: FlvViewer): void {
    clearTimeout(this.#linger);
    this.#viewers.add(viewer);
    this.#broadcast.join(viewer);
  }

  leave(viewer: FlvViewer): void {
    if (!this.#viewers.delete(viewer)) return;
    this.#broadcast.leave(viewer);
    this.#lingerIfUnused();
  }

  /** The key frame in memory, or the next one that comes within the time. Counts as a use of the source. */
  keyFrame(timeoutMs: number): Promise<Result<KeyFrame, StreamFault>> {
    if (this.#key !== undefined) return Promise.resolve(ok(this.#key));
    clearTimeout(this.#linger);
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(failed(this.#whyNoPicture(timeoutMs))), timeoutMs);
      const settle = (key: Result<KeyFrame, StreamFault>): void => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        this.#lingerIfUnused();
        resolve(key);
      };
      const waiter = { deadline: this.#options.now() + timeoutMs, settle };
      this.#waiters.add(waiter);
      this.#giveUpHopeless();
    });
  }

  /** Called each second: lets viewers notice that time has passed. */
  tick(): void {
    for (const viewer of this.#viewers) viewer.tick();
  }

  close(): void {
    if (this.#isClosed) return;
    const held = this.#state.state === 'waiting' ? this.#state : undefined;
    this.#isClosed = true;
    this.#since = this.#options.now();
    clearTimeout(this.#linger);
    this.#running.stop();
    for (const viewer of [...this.#viewers]) viewer.close();
    this.#viewers.clear();
    for (const waiter of [...this.#waiters]) waiter.settle(failed(fault('closed', 'the stream was closed')));
    this.#broadcast.close();
    this.#options.onClosed(held);
    this.#options.onState(this.status());
  }

  #onAccessUnit(unit: AccessUnit): void {
    if (this.#isClosed) return;
    const at = this.#options.now();
    const body = this.#broadcast.publish(unit, at);
    if (unit.parameterSets === undefined) return;
    this.#measure(unit.parameterSets);
    this.#key = { body, sets: unit.parameterSets, at };
    for (const waiter of [...this.#waiters]) waiter.settle(ok(this.#key));
  }

  #measure(sets: ParameterSets): void {
    if (sets === this.#sizedBy) return;
    this.#sizedBy = sets;
    const [sps] = sets.sps;
    this.#size = sps === undefined ? undefined : readPictureSize(sps);
    this.#options.onState(this.status());
  }

  #onState(state: SourceState): void {
    if (this.#isClosed) return;
    this.#state = state;
    this.#since = this.#options.now();
    if (state.state !== 'playing') {
      this.#key = undefined;
      this.#broadcast.interrupt();
    }
    this.#giveUpHopeless();
    this.#options.onState(this.status());
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

  #lingerIfUnused(): void {
    if (this.#isClosed || this.#viewers.size > 0 || this.#waiters.size > 0) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => this.close(), this.#options.lingerMs);
  }
}
