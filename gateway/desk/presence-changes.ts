import type { DeviceId } from '../domain/device.ts';

/** Whether devices are there, as the registry keeps it. */
export interface PresenceBook {
  /** Undefined while the device has never said so. */
  isOnline(device: DeviceId): boolean | undefined;
  heard(device: DeviceId, at: number): void;
  setOnline(device: DeviceId, online: boolean | undefined): void;
}

type Change = { durable: boolean | undefined; underWay: number };

/**
 * Changes of presence that are on their way to the disk: told at once, so that the next status sees them, and taken
 * back to what is durable when the disk refuses, however many of one device are under way.
 */
export class PresenceChanges {
  readonly #book: PresenceBook;
  /** Devices with a change under way now: bounded by the windows of the adapters. */
  readonly #changes = new Map<DeviceId, Change>();

  constructor(book: PresenceBook) {
    this.#book = book;
  }

  async make(device: DeviceId, online: boolean, store: () => Promise<void>): Promise<void> {
    const change = this.#changes.get(device) ?? { durable: this.#book.isOnline(device), underWay: 0 };
    this.#changes.set(device, change);
    change.underWay += 1;
    this.#book.setOnline(device, online);
    try {
      await store();
      change.durable = online;
    } catch (error) {
      this.#book.setOnline(device, change.durable);
      throw error;
    } finally {
      change.underWay -= 1;
      if (change.underWay === 0) this.#changes.delete(device);
    }
  }
}
