import type { Device, DeviceId, DeviceKind } from './device.ts';
import { isWithin, type RegionCode } from './region.ts';

/** A range of posts on a line, from the first to before the last, in metres. */
export type Stretch = Readonly<{ line: string; fromKm?: number; toKm?: number }>;

/** Which devices, and what of theirs, a rule speaks of: all that is named must fit; what is left out fits everything. */
export type Where = Readonly<{
  regions?: readonly RegionCode[];
  compounds?: readonly string[];
  stretches?: readonly Stretch[];
  kinds?: readonly DeviceKind[];
  tags?: readonly string[];
  devices?: readonly DeviceId[];
  /** Whole alarm types, or prefixes that end in a dot: `railway.cattle.` */
  types?: readonly string[];
}>;

export function fits(where: Where, device: Device, type: string): boolean {
  return (
    holds(where.types, (one) => (one.endsWith('.') ? type.startsWith(one) : one === type)) && fitsDevice(where, device)
  );
}

export function fitsDevice(where: Where, { id, kind, region, compound, place, tags = [] }: Device): boolean {
  return (
    holds(where.devices, (one) => one === id) &&
    holds(where.kinds, (one) => one === kind) &&
    holds(where.tags, (one) => tags.includes(one)) &&
    holds(where.compounds, (one) => one === compound) &&
    holds(where.regions, (node) => isWithin(node, region)) &&
    holds(where.stretches, (stretch) => liesOn(stretch, place.line, place.kmValue))
  );
}

const holds = <T>(named: readonly T[] | undefined, is: (one: T) => boolean): boolean =>
  named === undefined || named.some(is);

function liesOn({ line, fromKm, toKm }: Stretch, on: string | undefined, kmValue: number | undefined): boolean {
  if (line !== on) return false;
  if (fromKm === undefined && toKm === undefined) return true;
  return (
    kmValue !== undefined &&
    kmValue >= (fromKm ?? Number.NEGATIVE_INFINITY) &&
    kmValue < (toKm ?? Number.POSITIVE_INFINITY)
  );
}
