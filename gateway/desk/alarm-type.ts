import type { AlarmDefinition } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';

/** The parts of the catalogue by which a device's word becomes an alarm type. */
export type TypeCatalogue = Readonly<{
  alarmTypes: ReadonlyMap<string, AlarmDefinition>;
  typeOfTopic: (
    topic: string,
    context: Readonly<{ kind: Device['kind']; tags: readonly string[] }>,
  ) => string | undefined;
}>;

/**
 * What a device means by a word: the device record's own map first, then a code of the catalogue, then the
 * catalogue's column for ONVIF topics, seen with the device's kind and tags. Undefined: nobody knows the word.
 */
export function definitionOf(catalogue: TypeCatalogue, device: Device, word: string): AlarmDefinition | undefined {
  const code = device.types?.[word] ?? (catalogue.alarmTypes.has(word) ? word : undefined);
  const known = code ?? catalogue.typeOfTopic(word, { kind: device.kind, tags: device.tags ?? [] });
  return known === undefined ? undefined : catalogue.alarmTypes.get(known);
}
