import type { Device } from '../../../gateway/http/contract/devices.ts';
import type { Place } from '../../../gateway/http/contract/words.ts';
import { metresBetween } from '../format/distance.ts';

/** Metres between two places: along the line where both lie on it, else as the crow flies; undefined if neither is known. */
export function distanceM(from: Place, to: Place): number | undefined {
  const isSameLine = from.line !== undefined && from.line === to.line;
  if (isSameLine && from.kmValue !== undefined && to.kmValue !== undefined) return Math.abs(from.kmValue - to.kmValue);
  return metresBetween(from, to);
}

export type Near = Readonly<{ device: Device; distanceM: number }>;

/** Devices on the same line within `withinM`, nearest first. */
export function alongLine(place: Place, devices: readonly Device[], withinM: number): readonly Near[] {
  if (place.line === undefined) return [];
  return devices
    .filter((device) => device.place?.line === place.line)
    .flatMap((device) => {
      const metres = distanceM(place, device.place ?? {});
      return metres === undefined || metres > withinM ? [] : [{ device, distanceM: metres }];
    })
    .sort((a, b) => a.distanceM - b.distanceM);
}
