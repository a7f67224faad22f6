import type { Actor } from '../domain/actor.ts';
import type { BadValue } from '../domain/bad-value.ts';
import type { Device, DeviceDirectory, DeviceId, Presence } from '../domain/device.ts';
import type { Region, RegionCode } from '../domain/region.ts';
import type { Result } from '../domain/result.ts';

export type DeviceFault =
  | Readonly<{ kind: 'bad-value'; fault: BadValue }>
  | Readonly<{ kind: 'conflict'; present: Device }>
  | Readonly<{ kind: 'unknown-device' }>;

/** A device as it is to be, and the version that it replaces; undefined for a new one. */
export type DevicePut = Readonly<{ device: Omit<Device, 'version'>; version: number | undefined }>;

/** The devices of the city (设备) and whether they are there. Look-ups are from memory; changes are journalled first. */
export interface DeviceRegistry extends DeviceDirectory {
  /**
   * Adds the device, or replaces the one of this id when `version` is the present one.
   * A connection without a password keeps the one that is known. Fails on an unknown region, profile or camera.
   */
  put(device: Omit<Device, 'version'>, version: number | undefined, by: Actor): Promise<Result<Device, DeviceFault>>;
  /** As many puts in one durable transaction, each answered on its own, in their order. Throws JournalUnavailable. */
  putAll(puts: readonly DevicePut[], by: Actor): Promise<readonly Result<Device, DeviceFault>[]>;
  /** What `put` would keep of it, without keeping it. */
  checked(device: Omit<Device, 'version'>): Result<Omit<Device, 'version'>, DeviceFault>;
  remove(id: DeviceId, by: Actor): Promise<Result<void, DeviceFault>>;
  /** A new secret for the device to sign in with, shown here only. */
  giveSecret(id: DeviceId, by: Actor): Promise<Result<string, DeviceFault>>;
  /** The device of this id, or with this name among its aliases. */
  named(name: string): Device | undefined;
  presence(id: DeviceId): Presence;
  /** Devices by id, from the one after `after`; `accept` filters. Costs what it passes over. */
  list(after: DeviceId | undefined, limit: number, accept: (device: Device) => boolean): readonly Device[];
}

/** The division tree (行政区划). */
export interface RegionTree {
  find(code: RegionCode): Region | undefined;
  children(code: RegionCode | undefined): readonly Region[];
  all(): readonly Region[];
  /** County borders as GeoJSON text, for display only. */
  borders(): string;
}
