import type { DeviceId, Presence } from '../domain/device.ts';

type Seen = { online: boolean | undefined; lastSeenAt: number | undefined };

/** Whether each device is there. One row for each device of the registry; what is journalled is only the change. */
export class PresenceMap {
  readonly #seen = new Map<DeviceId, Seen>();

  isOnline = (device: DeviceId): boolean | undefined => this.#seen.get(device)?.online;

  of(device: DeviceId): Presence {
    const { online = false, lastSeenAt } = this.#seen.get(device) ?? {};
    return lastSeenAt === undefined ? { online } : { online, lastSeenAt };
  }

  heard(device: DeviceId, at: number): void {
    this.#rowOf(device).lastSeenAt = at;
  }

  setOnline(device: DeviceId, online: boolean | undefined): void {
    this.#rowOf(device).online = online;
  }

  forget = (device: DeviceId): boolean => this.#seen.delete(device);

  #rowOf(device: DeviceId): Seen {
    const known = this.#seen.get(device);
    if (known !== undefined) return known;
    const row: Seen = { online: undefined, lastSeenAt: undefined };
    this.#seen.set(device, row);
    return row;
  }
}
