import type { CodecPorts } from '../adapters/codec/definition.ts';
import type { AlarmLanes } from './desk/lanes.ts';
import type { AlarmDefinition } from './domain/alarm.ts';
import type { Device, DeviceId } from './domain/device.ts';

type Parts = Readonly<{
  registry: Readonly<{
    find(id: DeviceId): Device | undefined;
    named(name: string): Device | undefined;
    byProfile(profile: string): readonly Device[];
  }>;
  lanes: AlarmLanes;
  definitionOf: (device: Device, word: string) => AlarmDefinition | undefined;
  pseudonym: (text: string) => string;
  secret: (family: string) => string | undefined;
}>;

/** What the codecs may ask of the registry and the heart. */
export function codecHouse({ registry, lanes, definitionOf, pseudonym, secret }: Parts): CodecPorts {
  const meaning = (id: DeviceId, word: string): AlarmDefinition | undefined => {
    const device = registry.find(id);
    return device && definitionOf(device, word);
  };
  return {
    find: registry.named,
    devicesOf: registry.byProfile,
    isActive: (id, word) => {
      const type = meaning(id, word)?.code;
      return type !== undefined && lanes.stateOf(id).open.get(type)?.condition === 'active';
    },
    knows: (id, word) => meaning(id, word) !== undefined,
    pseudonym,
    secret,
  };
}
