import type { Replay, StreamSource } from '../gateway/domain/camera.ts';
import type { Connection } from '../gateway/domain/device.ts';
import type { DeviceNetworks } from '../gateway/domain/device-networks.ts';
import type { AccessUnit } from './access-unit.ts';
import type { StreamFault, StreamFaultReason } from './fault.ts';
import type { RtmpDoor } from './push/rtmp-door.ts';
import { playRtsp, type RtspSession, type SessionLimits } from './rtsp/session.ts';
import type { SoundFrame } from './sound/sound.ts';

export type SourceOptions = Readonly<{
  networks: DeviceNetworks;
  /** Where cameras push to; absent, none can. */
  pushes?: RtmpDoor | undefined;
  allowBasic: boolean;
  limits: SessionLimits;
  now: () => number;
  /** From 0 to 1, for the jitter. */
  random: () => number;
}>;
export type SourceEvents = Readonly<{
  onAccessUnit: (unit: AccessUnit) => void;
  onBytes: (bytes: number) => void;
  onState: (state: SourceState) => void;
  /** The sound that the camera offers beside the pictures (`aac`, `g711a`, …), whether or not it may be heard. */
  onAudio: (audio: string | undefined) => void;
  /** That sound, where it may be heard. */
  onSound: (frame: SoundFrame) => void;
}>;
export type SourceState =
  | Readonly<{ state: 'connecting' | 'playing' }>
  | Readonly<{ state: 'waiting'; fault: StreamFault; retryAt: number }>;

export const RETRY_MIN_MS = 500;
export const RETRY_MAX_MS = 10_000;
/** A camera locks an account after some wrong passwords, often for half an hour; people then cannot get in either. */
export const RETRY_REFUSED_MS = 300_000;
/** Only a stream that held so long shows that the camera is well again. */
const STEADY_MS = 10_000;
const NEEDS_PEOPLE: ReadonlySet<StreamFaultReason> = new Set(['unauthorised', 'basic-refused']);

/** Full jitter, so that a city's cameras do not all come back in the same instant after a power cut. */
export function retryDelayMs(failures: number, fault: StreamFault, random: number): number {
  if (NEEDS_PEOPLE.has(fault.reason)) return RETRY_REFUSED_MS;
  const ceiling = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** Math.min(failures, 10));
  return RETRY_MIN_MS + random * (ceiling - RETRY_MIN_MS);
}

/** One camera's stream, kept open: plays, and after each end waits and plays again until it is stopped. */
export class Source {
  readonly #connection: Connection;
  readonly #replay: Replay | undefined;
  readonly #mayHear: boolean;
  readonly #options: SourceOptions;
  readonly #events: SourceEvents;
  readonly #stop = new AbortController();
  #failures = 0;
  #session: RtspSession | undefined;

  constructor(
    { connection, replay, sound }: Pick<StreamSource, 'connection' | 'replay' | 'sound'>,
    options: SourceOptions,
    events: SourceEvents,
  ) {
    this.#connection = connection;
    this.#replay = replay;
    this.#mayHear = sound === true && replay === undefined;
    this.#options = options;
    this.#events = events;
  }

  /** Resolves when the source is stopped. `held` is an earlier fault whose waiting time is not over. */
  async run(held?: Extract<SourceState, { state: 'waiting' }>): Promise<void> {
    if (held !== undefined) await this.#wait(held.fault, held.retryAt - this.#options.now());
    while (!this.#stop.signal.aborted) {
      const ended = await this.#playOnce();
      if (this.#stop.signal.aborted) return;
      this.#failures += 1;
      await this.#wait(ended, retryDelayMs(this.#failures, ended, this.#options.random()));
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Packets of this connection that never came. */
  get lostPackets(): number {
    return this.#session?.lostPackets ?? 0;
  }

  async #wait(fault: StreamFault, delayMs: number): Promise<void> {
    this.#events.onState({ state: 'waiting', fault, retryAt: this.#options.now() + delayMs });
    await pause(delayMs, this.#stop.signal);
  }

  async #playOnce(): Promise<StreamFault> {
    this.#session = undefined;
    this.#events.onState({ state: 'connecting' });
    const { promise: ended, resolve: end } = Promise.withResolvers<StreamFault>();
    const session = await playRtsp(
      {
        url: this.#connection.url,
        credentials: credentialsOf(this.#connection),
        replay: this.#replay,
        allowBasic: this.#options.allowBasic,
        networks: this.#options.networks,
        limits: this.#options.limits,
        random: this.#options.random,
        onAccessUnit: this.#announceFirst(),
        onBytes: this.#events.onBytes,
        onAudio: this.#events.onAudio,
        onSound: this.#mayHear ? this.#events.onSound : undefined,
        onEnd: end,
      },
      this.#stop.signal,
    );
    if (!session.ok) return session.error;
    this.#session = session.value;
    const close = (): void => {
      session.value.close();
      end({ reason: 'closed', text: 'closed by us' });
    };
    this.#stop.signal.addEventListener('abort', close, { once: true });
    if (this.#stop.signal.aborted) close();
    const fault = await ended;
    this.#stop.signal.removeEventListener('abort', close);
    return fault;
  }

  /** Playing means that a picture came, not that the camera said yes. */
  #announceFirst(): (unit: AccessUnit) => void {
    let firstAt: number | undefined;
    return (unit) => {
      if (firstAt === undefined) {
        firstAt = this.#options.now();
        this.#events.onState({ state: 'playing' });
      } else if (this.#failures > 0 && this.#options.now() - firstAt > STEADY_MS) this.#failures = 0;
      if (!this.#stop.signal.aborted) this.#events.onAccessUnit(unit);
    };
  }
}

function credentialsOf({ username, password }: Connection): { username: string; password: string } | undefined {
  return username === undefined ? undefined : { username, password: password ?? '' };
}

/** Resolves after the time or at the abort, whichever is first. */
export function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, delayMs);
    signal.addEventListener('abort', finish, { once: true });
    if (signal.aborted) finish();
  });
}
