import { createServer } from 'node:net';
import type { Credentials } from '../camera/digest.ts';
import { Listening } from '../camera/listening.ts';
import { DEFAULT_CACHE_DIR } from '../camera/picture/kept.ts';
import { SCENES } from '../camera/picture/scenes.ts';
import type { OnAir } from '../camera/rtsp/on-air.ts';
import type { Codec } from '../camera/rtsp/rtp.ts';
import { RtspConnection } from '../camera/rtsp/session.ts';
import { type Loop, loadLoop } from './loop.ts';
import { Showing } from './showing.ts';
import { parseTroubles, type Troubles } from './troubles.ts';
import { Turns } from './turns.ts';

export type CamerasOptions = Credentials &
  Readonly<{
    count: number;
    host?: string;
    /** Of the first camera, the others follow it; 0 (default) takes free ones. */
    port?: number;
    /** Share of the cameras that send H.265, 0 to 1; none if absent. */
    h265?: number;
    /** How each one misbehaves from the start, by its number. */
    troubles?: (at: number) => Troubles;
    /** How long a camera is away that reboots by its trouble. */
    awayMs?: number;
    cacheDir?: string;
    now?: () => number;
    random?: () => number;
  }>;

/** One of many cameras: RTSP alone, one stream of 640×360 at any path. */
export type OneOfMany = Readonly<{
  id: string;
  codec: Codec;
  /** Without credentials. `?trouble=silent=0` and the like at its end are troubles of that session alone. */
  url: string;
  /** Sessions that play now. */
  viewers(): number;
  /** From now on it misbehaves like this, and in no other way; sessions that play are not spared. */
  misbehave(troubles: Troubles): void;
  /** Connections end and new ones are refused for so long; answers when it is back. */
  reboot(awayMs: number): Promise<void>;
}>;

export type ManyCameras = Readonly<{ cameras: readonly OneOfMany[]; stop(): Promise<void> }>;

const AWAY_MS = 5_000;

/** Starts hundreds of cameras in this process. Rejects where ffmpeg is missing or a port is taken; draws loops once. */
export async function startCameras(options: CamerasOptions): Promise<ManyCameras> {
  const { count, cacheDir = DEFAULT_CACHE_DIR, h265 = 0, now = Date.now } = options;
  const loops = await loadLoops(cacheDir, h265 > 0);
  const turns = new Turns(now);
  const stopping = new AbortController();
  const cameras: CameraOfMany[] = [];
  for (let at = 0; at < count; at += 1) {
    const codec = Math.floor((at + 1) * h265) > Math.floor(at * h265) ? 'h265' : 'h264';
    const loop = loops[codec][at % SCENES.length];
    if (loop === undefined) throw new Error(`there is no loop in ${codec}`);
    cameras.push(new CameraOfMany(at, { options, loop, turns, stopping: stopping.signal }));
  }
  await Promise.all(cameras.map((camera) => camera.open()));
  return {
    cameras,
    stop: async () => {
      stopping.abort();
      await Promise.all(cameras.map((camera) => camera.close()));
    },
  };
}

/** Each scene in H.264, and in H.265 where that is wanted. */
async function loadLoops(cacheDir: string, withH265: boolean): Promise<Readonly<Record<Codec, readonly Loop[]>>> {
  const all = (codec: Codec) => Promise.all(SCENES.map((scene) => loadLoop(scene, codec, cacheDir)));
  const [h264, h265] = await Promise.all([all('h264'), withH265 ? all('h265') : []]);
  return { h264, h265 };
}

type Parts = Readonly<{ options: CamerasOptions; loop: Loop; turns: Turns; stopping: AbortSignal }>;

class CameraOfMany implements OneOfMany {
  readonly id: string;
  readonly #at: number;
  readonly #parts: Parts;
  readonly #listening: Listening;
  #troubles: Troubles;
  #viewers = 0;
  #rebooting: Promise<void> | undefined;

  constructor(at: number, parts: Parts) {
    const { host = '127.0.0.1', port = 0, username, password, troubles } = parts.options;
    this.id = `cam-${String(at + 1).padStart(3, '0')}`;
    this.#at = at;
    this.#parts = parts;
    this.#troubles = troubles?.(at) ?? {};
    const find = (_path: string, uri: string): OnAir => this.#show(uri);
    const site = { name: this.id, credentials: { username, password }, find };
    const server = createServer((socket) => new RtspConnection(site, socket));
    this.#listening = new Listening(server, host, port === 0 ? 0 : port + at);
  }

  get codec(): Codec {
    return this.#parts.loop.described.codec;
  }

  get url(): string {
    return `rtsp://${this.#parts.options.host ?? '127.0.0.1'}:${this.#listening.port}/sub`;
  }

  viewers = (): number => this.#viewers;

  misbehave(troubles: Troubles): void {
    this.#troubles = troubles;
  }

  reboot(awayMs: number): Promise<void> {
    this.#rebooting ??= this.#powerCut(awayMs).finally(() => {
      this.#rebooting = undefined;
    });
    return this.#rebooting;
  }

  open = (): Promise<void> => this.#listening.open();

  async close(): Promise<void> {
    await this.#rebooting;
    await this.#listening.close();
  }

  async #powerCut(awayMs: number): Promise<void> {
    await this.#listening.close();
    await pause(awayMs, this.#parts.stopping);
    if (!this.#parts.stopping.aborted) await this.#listening.open();
  }

  #show(uri: string): Showing {
    const asked = /[?&]trouble=([^&/]+)/.exec(uri)?.[1];
    const own = asked === undefined ? undefined : parseTroubles(decodeURIComponent(asked));
    const { options, loop, turns } = this.#parts;
    return new Showing({
      ...{ loop, turns, turn: this.#at, random: options.random ?? Math.random },
      troubles: () => own ?? this.#troubles,
      onPlaying: (isPlaying) => {
        this.#viewers += isPlaying ? 1 : -1;
      },
      reboot: () => void this.reboot(options.awayMs ?? AWAY_MS),
    });
  }
}

/** Resolves after the time, or at the abort. */
function pause(ms: number, stopping: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stopping.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, ms);
    stopping.addEventListener('abort', finish);
    if (stopping.aborted) finish();
  });
}
