import { CALM_AFTER_MS } from '../alarms/chattering.ts';
import type { DeviceId } from '../domain/device.ts';

/** More changes than this within the time is chattering. Source: the catalogue's note on `device.flapping`. */
const CHANGES_MAX = 6;
const WITHIN_MS = 60_000;
/** Conditions watched at once: the latest that changed. Past it the oldest are forgotten, and begin anew. */
const ROWS_MAX = 50_000;

type Row = { device: DeviceId; active: boolean; changes: number[]; changedAt: number; isOn: boolean };

/** Which conditions open and close all the time (抖动). Lost in a restart: then it begins anew. */
export class ChatterWatch {
  readonly #rows = new Map<string, Row>();
  readonly #on = new Map<string, Row>();

  /**
   * Notes what a device says of one condition. `begins`: just now it is too much. Changes are counted on the device's
   * clock, so that an hour of records after an outage is no chattering; calm is measured on ours.
   */
  note(
    device: DeviceId,
    code: string,
    active: boolean | undefined,
    { occurredAt, receivedAt }: Readonly<{ occurredAt: number; receivedAt: number }>,
  ): 'calm' | 'begins' | 'on' {
    if (active === undefined) return 'calm';
    const key = `${device} ${code}`;
    const row = this.#rows.get(key) ?? { device, active: !active, changes: [], changedAt: receivedAt, isOn: false };
    if (row.active === active) return row.isOn ? 'on' : 'calm';
    row.active = active;
    row.changes = [...row.changes.filter((one) => Math.abs(occurredAt - one) < WITHIN_MS), occurredAt];
    row.changedAt = receivedAt;
    this.#keep(key, row);
    if (row.isOn || row.changes.length <= CHANGES_MAX) return row.isOn ? 'on' : 'calm';
    row.isOn = true;
    this.#on.set(key, row);
    return 'begins';
  }

  isOn = (device: DeviceId): boolean => [...this.#on.values()].some((row) => row.device === device);

  /** Devices of which a condition has become calm. */
  takeCalm(at: number): readonly DeviceId[] {
    return [...this.#on].flatMap(([key, row]) => {
      if (at - row.changedAt < CALM_AFTER_MS) return [];
      this.#on.delete(key);
      this.#rows.delete(key);
      return [row.device];
    });
  }

  #keep(key: string, row: Row): void {
    this.#rows.delete(key);
    this.#rows.set(key, row);
    const [oldest] = this.#rows.keys();
    if (this.#rows.size <= ROWS_MAX || oldest === undefined) return;
    this.#rows.delete(oldest);
    this.#on.delete(oldest);
  }
}
