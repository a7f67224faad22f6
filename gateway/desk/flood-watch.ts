import type { DeviceId } from '../domain/device.ts';
import type { Report, Signal, Status, Telemetry } from '../domain/signal.ts';
import { type RateLimit, Rates } from './rates.ts';

/** What is told later of a device that talks too much: the latest only. Access events and beginnings never wait. */
export type Held = Signal | Status | Telemetry;

/** A device under the cap is calm again after this long. Source: the catalogue's note on `device.flapping`. */
const CALM_AFTER_MS = 300_000;

type Flood = {
  lastOverAt: number;
  /** By alarm type's word, or the kind of report: what was said last and is not decided yet. */
  readonly held: Map<string, Held>;
};

/** Kinds of things held of one device; a device has a handful of alarm types. */
const HELD_MAX = 64;
/** Names of values that are joined in one held telemetry. */
const VALUES_MAX = 256;

/**
 * Who talks more than its share, and what it said last. One bucket and at most 64 held reports a device; nothing here
 * is journalled, so a crash forgets what was held: ends of alarms and values of the last second, never a beginning.
 */
export class FloodWatch {
  readonly #rates: Rates;
  readonly #floods = new Map<DeviceId, Flood>();

  constructor(limit: RateLimit) {
    this.#rates = new Rates(limit);
  }

  /** Whether one more message of this device, known or not, is over its cap. */
  isOver = (device: DeviceId, at: number): boolean => !this.#rates.take(device, at);

  /** Notes that a device of the registry is over its cap. True for the first time since it was calm. */
  begins(device: DeviceId, at: number): boolean {
    const flood = this.#floods.get(device);
    if (flood === undefined) this.#floods.set(device, { lastOverAt: at, held: new Map() });
    else flood.lastOverAt = at;
    return flood === undefined;
  }

  isOn = (device: DeviceId): boolean => this.#floods.has(device);

  /** Forgets that a flood began, for its alarm did not become durable. */
  forget = (device: DeviceId): boolean => this.#floods.delete(device);

  /** Keeps the latest; false when there is no room, and it must be decided now. */
  hold(device: DeviceId, report: Held): boolean {
    const held = this.#floods.get(device)?.held;
    const key = keyOf(report);
    if (held === undefined || (held.size >= HELD_MAX && !held.has(key))) return false;
    const former = held.get(key);
    held.set(key, former === undefined ? report : latest(former, report));
    return true;
  }

  /** What newer word makes of what is held under the same key: nothing any more. */
  drop(device: DeviceId, report: Held): Held | undefined {
    const held = this.#floods.get(device)?.held;
    const former = held?.get(keyOf(report));
    held?.delete(keyOf(report));
    return former;
  }

  /** The journal did not take it: to be tried again, unless the device has said something newer. */
  putBack(report: Held): void {
    const held = this.#floods.get(report.device)?.held;
    if (held?.has(keyOf(report)) === false) held.set(keyOf(report), report);
  }

  /** All that is held, to be decided now; what the journal does not take is put back. */
  takeHeld(): readonly Held[] {
    return [...this.#floods.values()].flatMap(({ held }) => {
      const reports = [...held.values()];
      held.clear();
      return reports;
    });
  }

  /** Devices that have been under their cap long enough; they are forgotten here. */
  takeCalm(at: number): readonly DeviceId[] {
    this.#rates.forgetQuiet(at);
    const calm = [...this.#floods].filter(
      ([, { lastOverAt, held }]) => held.size === 0 && at - lastOverAt >= CALM_AFTER_MS,
    );
    for (const [device] of calm) this.#floods.delete(device);
    return calm.map(([device]) => device);
  }
}

const keyOf = (report: Exclude<Report, { kind: 'dead-letter' | 'access' }>): string =>
  report.kind === 'signal' ? `signal ${report.type}` : report.kind;

function latest(former: Held, report: Held): Held {
  if (former.kind === 'telemetry' && report.kind === 'telemetry') return joined(former, report);
  return former.kind === 'signal' && isDatedBefore(report, former) ? former : report;
}

/** An end that the device dates before the one that is held came late: alone it may not be believed. */
export const isDatedBefore = ({ at }: Held, former: Held): boolean =>
  (at ?? Number.POSITIVE_INFINITY) < (former.at ?? Number.NEGATIVE_INFINITY);

/** Messages of a device may each carry some of its values: the latest of each counts, while they are not too many. */
function joined(former: Telemetry, latest: Telemetry): Telemetry {
  const values = { ...former.values, ...latest.values };
  return Object.keys(values).length > VALUES_MAX ? latest : { ...latest, values };
}
