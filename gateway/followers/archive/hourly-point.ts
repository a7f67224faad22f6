import { hash } from 'node:crypto';
import type { HourOfValue } from '../values/values-wire.ts';
import { type DeviceLookup, deviceTags, type Point } from './point.ts';

const NS_PER_MS = 1_000_000n;
/** Below a minute, so that the point stays at the beginning of its hour. */
const SPREAD_NS = 60_000_000_000n;

/**
 * An hour of one value of one device. The device is no tag (a series for each would be too many), so its time tells it
 * from its neighbours': the beginning of the hour, and a part of a minute that the device's id gives.
 */
export const toHourlyPoint = (
  { hour, device, name, n, least, most, sum }: HourOfValue,
  devices: DeviceLookup,
): Point => ({
  measurement: 'telemetry_hourly',
  tags: { ...deviceTags(device, devices), type: name },
  fields: { device, n: BigInt(n), least, mean: sum / n, most },
  atNs: BigInt(hour) * NS_PER_MS + (BigInt(`0x${hash('sha256', device).slice(0, 15)}`) % SPREAD_NS),
});
