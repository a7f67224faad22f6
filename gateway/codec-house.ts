import type { CodecPorts } from '../adapters/codec/codec.ts';
import type { AlarmLanes } from './desk/lanes.ts';
import type { AlarmDefinition } from './domain/alarm.ts';
import type { Device, DeviceId } from './domain/device.ts';

type Parts = Readonly<{
  registry: Readonly<{ find(id: DeviceId): Device | undefined; named(name: string): Device | undefined }>;
  lanes: AlarmLanes;
  definitionOf: (device: Device, word: string) => AlarmDefinition | undefined;
  pseudonym: (text: string) => string;
  secret: (family: string) => string | undefined;
}>;

/** What the codecs may ask of the registry and the heart. */
export const codecHouse = ({ registry, lanes, definitionOf, pseudonym, secret }: Parts): CodecPorts => ({
  find: registry.named,
  isActive: (id, word) => {
    const device = registry.find(id);
    const type = device === undefined ? undefined : definitionOf(device, word)?.code;
    return type !== undefined && lanes.stateOf(id).open.get(type)?.condition === 'active';
  },
  pseudonym,
  secret,
});
