import type { Connection } from '../../gateway/domain/device.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import { CameraClock, readSystemDateAndTime, SYSTEM_DATE } from './clock.ts';
import { askDeviceInformation, type DeviceInformation } from './device-information.ts';
import { CameraLink, urlOf } from './link.ts';
import type { Transport } from './transport.ts';

const GIVE_UP_MS = 20_000;

/** Signs in to a camera once; `not-authorized` is the camera's word on the password. */
export async function tryLogin(
  connection: Connection,
  transport: Transport,
  now: () => number,
): Promise<Result<DeviceInformation, CameraFault>> {
  const link = await linkTo(connection, transport, now);
  return link.ok ? await askDeviceInformation(link.value) : link;
}

/**
 * A line to a camera for some calls, beside the one that its events come by. Its clock is asked first, to anybody, for a
 * good password with another time is refused as well.
 */
export async function linkTo(
  connection: Connection,
  transport: Transport,
  now: () => number,
): Promise<Result<CameraLink, CameraFault>> {
  if (urlOf(connection, ['http:', 'https:']) === undefined) return failed(cameraFault('bad-answer', 'no http address'));
  const clock = new CameraClock();
  const link = new CameraLink(connection, transport, clock, now, AbortSignal.timeout(GIVE_UP_MS));
  const sentAt = now();
  const date = await link.call({ path: link.devicePath, operation: SYSTEM_DATE, isAnonymous: true });
  if (!date.ok && date.error.reason !== 'not-authorized') return date;
  const cameraAt = date.ok ? readSystemDateAndTime(date.value) : undefined;
  if (cameraAt !== undefined) clock.measure(cameraAt, sentAt, now());
  return ok(link);
}
