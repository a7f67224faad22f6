import { badValue } from '../../gateway/domain/bad-value.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { MessageContext } from '../codec/definition.ts';

/** Above this number a Hikvision recorder counts its network channels (IP通道), whose own numbers begin at 1. */
const ANALOG_CHANNELS_MAX = 32;

type Finds = Pick<MessageContext, 'device' | 'refuse'>;

/** A device with channels, as a message names it: by its id, its address or its MAC, whichever is known here. */
export type Owner = Readonly<{ names: readonly string[]; device: Device | undefined }>;

export function ownerOf(context: Finds, names: readonly (string | undefined)[]): Owner {
  const said = names.filter((name) => name !== undefined && name !== '') as readonly string[]; // the filter says so
  const device = said.map(context.device).find((found) => found !== undefined);
  return { names: [...said, ...(device === undefined ? [] : [device.id, ...(device.aliases ?? [])])], device };
}

/**
 * The device behind a channel: the one with the alias `owner/channel`, the one that the owner's record lists under
 * `settings.channels`, or the owner itself where it is no recorder. A channel above 32 also goes by its number less 32,
 * unless the record says `settings.ipChannelOffset: 0` (a recorder with analog channels too). Undefined: nobody; the
 * message is refused at `field`.
 */
export function channelDevice(
  context: Finds,
  owner: Owner,
  channel: number | undefined,
  field: string,
): string | undefined {
  const { device, names } = owner;
  const offset = Number(device?.settings?.['ipChannelOffset'] ?? ANALOG_CHANNELS_MAX);
  const numbers = channel === undefined ? [] : channel > offset && offset > 0 ? [channel, channel - offset] : [channel];
  for (const number of numbers) {
    const found = names.map((name) => context.device(`${name}/${number}`)).find((one) => one !== undefined);
    const listed = found?.id ?? listedChannel(device, number);
    if (listed !== undefined) return listed;
  }
  if (device !== undefined && (device.kind !== 'recorder' || channel === undefined)) return device.id;
  const name = [names[0] ?? '', channel].filter((part) => part !== undefined).join('/');
  context.refuse(
    badValue('unknown-device', field, name, 'a device with this alias, or a channel of the recorder’s record'),
  );
  return undefined;
}

function listedChannel(device: Device | undefined, channel: number): string | undefined {
  const channels = device?.settings?.['channels'];
  if (typeof channels !== 'object' || channels === null || Array.isArray(channels)) return undefined;
  const listed = channels[String(channel)];
  return typeof listed === 'string' ? listed : undefined;
}
