import type { Device } from '../../gateway/domain/device.ts';
import type { Json } from '../../gateway/domain/json.ts';

/** A part of what only the device's profile understands, such as `settings: { limits: { tilt: 10 } }`; {} without it. */
export function settingsOf(device: Device | undefined, part: string): Readonly<Record<string, Json>> {
  const found = device?.settings?.[part];
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}

/** A limit that the record sets for one of the device's measures, in the unit of that measure. */
export function limitOf(device: Device | undefined, measure: string): number | undefined {
  const limit = settingsOf(device, 'limits')[measure];
  return typeof limit === 'number' ? limit : undefined;
}
