import { ok, type Result } from '../../gateway/domain/result.ts';
import type { CameraFault } from './camera-fault.ts';
import type { CameraLink } from './link.ts';
import { child, textAt } from './xml.ts';

const GET = '<GetDeviceInformation xmlns="http://www.onvif.org/ver10/device/wsdl"/>';
const PART_MAX_CHARS = 64;

/** Maker, model, firmware and serial number, as far as the camera tells them. */
export type DeviceInformation = Readonly<{ maker?: string; model?: string; firmware?: string; serial?: string }>;

export async function askDeviceInformation(link: CameraLink): Promise<Result<DeviceInformation, CameraFault>> {
  const answer = await link.call({ path: link.devicePath, operation: GET });
  if (!answer.ok) return answer;
  const told = child(answer.value, 'GetDeviceInformationResponse');
  const parts = { maker: 'Manufacturer', model: 'Model', firmware: 'FirmwareVersion', serial: 'SerialNumber' };
  const known = Object.entries(parts).flatMap(([name, element]) => {
    const text = textAt(told, element)?.slice(0, PART_MAX_CHARS);
    return text === undefined ? [] : [[name, text] as const];
  });
  return ok(Object.fromEntries(known));
}

/** Maker, model and firmware in one word, by which quirks are remembered. */
export const modelName = ({ maker, model, firmware }: DeviceInformation): string =>
  [maker, model, firmware].filter((part) => part !== undefined).join(' ');
