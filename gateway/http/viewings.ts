import { may, type Operator } from '../access/operator.ts';
import { mayBeHeard } from '../domain/camera.ts';
import type { DeviceId } from '../domain/device.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { HttpPorts, StreamGrant, StreamWish } from './ports.ts';
import { seesDevice } from './scoped.ts';
import { SpentAddresses } from './spent-addresses.ts';

/** How long a signed address opens something: long enough to do it, too short to be passed on. What is open is not cut. */
export const ADDRESS_LIFE_MS = 60_000;
/** Nothing tells of a device that was moved to another region or of a session's end by time: it is looked for. */
const LOOK_MS = 2000;

type Ports = Pick<HttpPorts, 'access' | 'registry' | 'cameras' | 'video' | 'streamUrls' | 'now' | 'log'>;
/** 403: the address does not hold, or no longer; 502: the camera has no such stream. */
export type ViewingRefusal = Readonly<{ status: 403 | 502; reason: string }>;
type Viewing = {
  readonly username: string;
  readonly session: string;
  readonly way: StreamGrant['way'];
  readonly format: StreamGrant['format'];
  /** What it shows: one camera, or those of a wall by its tiles. */
  readonly cameras: Map<number | undefined, DeviceId>;
  /** Who speaks and since when: how long it was is told of a talk (对讲) when it ends. */
  readonly talk: Readonly<{ by: Operator; since: number }> | undefined;
};

/**
 * Who watches what through this gateway. An address is looked at when it opens something; what is open is looked at
 * again whenever rights change and every two seconds, and ended once it would be refused: running pictures obey too.
 * An address opens once; a wall's opens the connection once and, sent over it, its tile.
 */
export class Viewings {
  readonly #ports: Ports;
  /** Bounded by the viewers of the video plane. */
  readonly #open = new Map<number, Viewing>();
  #count = 0;
  readonly #spent = new SpentAddresses(ADDRESS_LIFE_MS);

  constructor(ports: Ports) {
    this.#ports = ports;
    ports.video.onTile((viewing, tile, grant) => this.#tile(viewing, tile, grant));
    ports.video.onEnded((viewing) => this.#ended(viewing));
  }

  /** Begins to look after what is open; returns the way to stop. */
  start(): () => void {
    const unfollow = this.#ports.access.onChange((username) => this.#look(username));
    const timer = setInterval(() => this.#look(undefined), LOOK_MS);
    return () => {
      unfollow();
      clearInterval(timer);
    };
  }

  /** What the address opens, if it holds and its user may still see the camera. */
  async wishOf(url: string, way: StreamGrant['way']): Promise<Result<Granted, ViewingRefusal>> {
    const grant = this.#granted(url, way, 'stream');
    if (!grant.ok) return grant;
    const wish = await this.#wishFor(grant.value);
    return wish.ok ? ok({ grant: grant.value, wish: wish.value }) : wish;
  }

  /** A wall's connection is opened by any of its tiles' addresses; it shows nothing yet. */
  wallOf = (url: string): Result<StreamGrant, ViewingRefusal> => this.#granted(url, 'wall', 'wall');

  /** The number under which it is watched from now on. */
  begin(grant: StreamGrant): number {
    const { username, session, camera, way, format } = grant;
    this.#count += 1;
    const by = way === 'talk' ? this.#holder(grant) : undefined;
    const cameras: Viewing['cameras'] = new Map(way === 'wall' ? [] : [[undefined, camera]]);
    const talk = by && { by, since: this.#ports.now() };
    this.#open.set(this.#count, { username, session, way, format, cameras, talk });
    return this.#count;
  }

  #ended(number: number): void {
    const viewing = this.#open.get(number);
    this.#open.delete(number);
    if (viewing?.talk === undefined) return;
    const { access, now, log } = this.#ports;
    const { by, since } = viewing.talk;
    const seconds = Math.max(0, Math.round((now() - since) / 1000));
    const object = `${[...viewing.cameras.values()].join()} ${seconds} s`;
    access
      .audit({ by, act: 'camera.talk-end', object, result: 'done', from: undefined })
      .catch((error: unknown) => log.warn({ err: error, object }, 'the end of a talk is not in the audit trail'));
  }

  isOpen = (viewing: number): boolean => this.#open.has(viewing);

  #granted(url: string, way: StreamGrant['way'], opens: 'stream' | 'wall'): Result<StreamGrant, ViewingRefusal> {
    const at = this.#ports.now();
    const verified = this.#ports.streamUrls.verify(url, at);
    if (!verified.ok) return failed({ status: 403, reason: verified.error.reason });
    const grant = verified.value;
    const reason = grant.way === way ? this.#whyNot(grant, grant.camera) : 'another-way';
    const refusal = reason ?? this.#spent.spend(`${opens} ${grant.id}`, at);
    return refusal === undefined ? ok(grant) : failed({ status: 403, reason: refusal });
  }

  async #tile(viewing: number, tile: number, url: string): Promise<Result<StreamWish, { reason: string }>> {
    const wall = this.#open.get(viewing);
    const granted = this.#granted(url, 'wall', 'stream');
    if (wall === undefined || !granted.ok) return failed({ reason: granted.ok ? 'closed' : granted.error.reason });
    const { username, session, camera } = granted.value;
    if (username !== wall.username || session !== wall.session) return failed({ reason: 'foreign' });
    const wish = await this.#wishFor(granted.value);
    if (!wish.ok) return failed({ reason: wish.error.reason });
    wall.cameras.set(tile, camera);
    return wish;
  }

  /** It may ask the camera, so it takes a while. */
  async #wishFor({ camera, quality, format, replay, id }: StreamGrant): Promise<Result<StreamWish, ViewingRefusal>> {
    const { cameras } = this.#ports;
    const source =
      replay === undefined ? await cameras.sourceOf(camera, quality) : await cameras.replayOf(camera, replay.recording);
    if (!source.ok) return failed({ status: 502, reason: source.error.reason });
    if (replay === undefined) return ok({ source: source.value, format });
    const { from, to, speed } = replay;
    return ok({ source: { ...source.value, replay: { id, from, to, speed } }, format });
  }

  #look(username: string | undefined): void {
    for (const [number, viewing] of this.#open) {
      if (username === undefined || viewing.username === username) this.#judge(number, viewing);
    }
  }

  #judge(number: number, viewing: Viewing): void {
    const { video } = this.#ports;
    if (this.#holder(viewing) === undefined) {
      this.#ended(number);
      video.end(number, undefined, 'session-over');
      return;
    }
    for (const [tile, camera] of viewing.cameras) {
      const reason = this.#whyNot(viewing, camera);
      if (reason === undefined) continue;
      if (viewing.talk === undefined) viewing.cameras.delete(tile);
      else this.#ended(number);
      video.end(number, tile, reason);
    }
  }

  #whyNot(viewer: Pick<Viewing, 'username' | 'session' | 'way' | 'format'>, camera: DeviceId): string | undefined {
    const { way, format } = viewer;
    const operator = this.#holder(viewer);
    if (operator === undefined) return 'session-over';
    const device = this.#ports.registry.find(camera);
    const right = way === 'talk' ? 'device.command' : 'camera.view';
    const isSeen = device !== undefined && may(operator, right) && seesDevice(operator, device);
    if (!isSeen) return 'out-of-scope';
    const isHeard = format === 'sound' || format === 'with-sound';
    return isHeard && !mayBeHeard(device) ? 'no-sound' : undefined;
  }

  #holder({ username, session }: Pick<Viewing, 'username' | 'session'>): Operator | undefined {
    const operator = this.#ports.access.holderOfHash(session)?.operator;
    return operator?.username === username ? operator : undefined;
  }
}

export type Granted = Readonly<{ grant: StreamGrant; wish: StreamWish }>;
