import type { Logger } from 'pino';
import type { Actor } from '../domain/actor.ts';
import type { Connection, Device, DeviceId } from '../domain/device.ts';
import type { Result } from '../domain/result.ts';
import { JournalUnavailable } from '../journal/journal.ts';
import type { CredentialGroups } from '../registry/credential-groups.ts';
import type { DeviceRegistry } from '../registry/registry.ts';

/** Tries of one camera in an hour: makers lock an account after five to seven wrong ones. */
const TRIES_MAX = 2;
const HOUR_MS = 3_600_000;
/** A camera that was not there is not knocked at again sooner. */
const AWAY_MS = 300_000;
/** Cameras that are asked at once, and how often the next are looked for: some 14,000 in a quarter of an hour. */
const AT_ONCE = 16;
const LOOK_EVERY_MS = 1_000;
const FINDER: Actor = { name: 'fengsui', centre: undefined };

export type FinderPorts = Readonly<{
  registry: Pick<DeviceRegistry, 'find' | 'byProfile' | 'onChange' | 'put'>;
  groups: Pick<CredentialGroups, 'find' | 'onChange'>;
  /** Signs in once; `not-authorized` is the camera's word on the password. */
  tryLogin: (connection: Connection) => Promise<Result<unknown, Readonly<{ reason: string }>>>;
  now: () => number;
  log: Logger;
}>;

/** A camera that looks for its sign-in. `next` is the place in its group; `triedAt` are its tries of the last hour. */
type Seeking = { next: number; triedAt: number[]; notBefore: number; isAsked: boolean };

/**
 * Finds the sign-in of cameras that name a group (`settings.credentials`) and no user: one after the other, never more
 * than two tries a camera and hour, and what works is kept in the camera's record, sealed like any other.
 */
export class CredentialFinder {
  readonly #ports: FinderPorts;
  /** One row for each camera that looks; bounded by the registry. */
  readonly #seeking = new Map<DeviceId, Seeking>();
  #underWay = 0;

  constructor(ports: FinderPorts) {
    this.#ports = ports;
  }

  /** Answers the way to stop. */
  start(): () => void {
    const { registry, groups } = this.#ports;
    for (const device of registry.byProfile('onvif')) this.#changed(device.id, device);
    const unfollow = registry.onChange((id, device) => this.#changed(id, device));
    const unheed = groups.onChange((name) => this.#beginAnew(name));
    const timer = setInterval(() => this.look(), LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      unfollow();
      unheed();
    };
  }

  /** Asks the cameras that are due, as many as may be asked at once. */
  look(): void {
    const at = this.#ports.now();
    for (const [id, seeking] of this.#seeking) {
      if (this.#underWay >= AT_ONCE) return;
      seeking.triedAt = seeking.triedAt.filter((tried) => at - tried < HOUR_MS);
      if (seeking.isAsked || seeking.notBefore > at || seeking.triedAt.length >= TRIES_MAX) continue;
      void this.#ask(id, seeking);
    }
  }

  async #ask(id: DeviceId, seeking: Seeking): Promise<void> {
    const { registry, groups, now } = this.#ports;
    const device = registry.find(id);
    const login = groups.find(groupOf(device) ?? '')?.[seeking.next];
    if (device?.connection === undefined || login === undefined) {
      seeking.notBefore = now() + AWAY_MS; // all were tried, or the group is not there yet: a change of either begins anew
      return;
    }
    this.#underWay += 1;
    seeking.isAsked = true;
    seeking.triedAt.push(now());
    try {
      await this.#settle(device, seeking, { ...device.connection, ...login });
    } finally {
      seeking.isAsked = false;
      this.#underWay -= 1;
    }
  }

  async #settle(device: Device, seeking: Seeking, connection: Connection): Promise<void> {
    const { registry, tryLogin, now, log } = this.#ports;
    const tried = await tryLogin(connection);
    if (!tried.ok) {
      if (tried.error.reason === 'not-authorized') seeking.next += 1;
      else seeking.notBefore = now() + AWAY_MS;
      log.info(
        { device: device.id, place: seeking.next, reason: tried.error.reason },
        'sign-in of the group not taken',
      );
      return;
    }
    const { version, ...record } = device;
    try {
      const put = await registry.put({ ...record, connection }, version, FINDER);
      log.info({ device: device.id, kept: put.ok }, 'sign-in of the group found');
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      seeking.notBefore = now() + AWAY_MS;
    }
  }

  /** What was tried stays known while only other fields change: an edit is no way round the limit. */
  #changed(id: DeviceId, device: Device | undefined): void {
    const isSeeking = device?.enabled === true && device.profile === 'onvif' && groupOf(device) !== undefined;
    if (!isSeeking || device.connection === undefined || device.connection.username !== undefined) {
      this.#seeking.delete(id);
    } else if (!this.#seeking.has(id)) this.#seeking.set(id, { next: 0, triedAt: [], notBefore: 0, isAsked: false });
  }

  #beginAnew(name: string): void {
    for (const [id, seeking] of this.#seeking) {
      if (groupOf(this.#ports.registry.find(id)) === name) Object.assign(seeking, { next: 0, notBefore: 0 });
    }
  }
}

export function groupOf(device: Device | undefined): string | undefined {
  const group = device?.settings?.['credentials'];
  return typeof group === 'string' ? group : undefined;
}
