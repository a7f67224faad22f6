import type { AlarmDefinition } from '../domain/alarm.ts';
import type { Device } from '../domain/device.ts';
import type { Json } from '../domain/json.ts';

/** The parts of the catalogue by which a device's word becomes an alarm type. */
export type TypeCatalogue = Readonly<{
  alarmTypes: ReadonlyMap<string, AlarmDefinition>;
  profiles: ReadonlyMap<string, Readonly<{ types?: Readonly<Record<string, string>> | undefined }>>;
  typeOfWord: (word: string, device: Device) => string | undefined;
}>;

/**
 * What a device means by a word: the device record's own map first, then its profile's, then a code of the catalogue,
 * then the catalogue's columns, seen with the device's kind, compound and tags. Undefined: nobody knows the word.
 */
export function definitionOf(catalogue: TypeCatalogue, device: Device, word: string): AlarmDefinition | undefined {
  const names = namesOf(word);
  const code =
    textIn(device.types ?? {}, names) ??
    inSettings(device, word, names) ??
    textIn(catalogue.profiles.get(device.profile)?.types ?? {}, names) ??
    (catalogue.alarmTypes.has(word) ? word : catalogue.typeOfWord(word, device));
  return code === undefined ? undefined : catalogue.alarmTypes.get(code);
}

/** Words that are remembered of a device: it has a handful, and what is beyond is looked up each time. */
const WORDS_MAX = 64;

/** `definitionOf`, asked once for each device record and word. A changed record is another object and is asked anew. */
export function rememberingDefinitions(
  catalogue: TypeCatalogue,
): (device: Device, word: string) => AlarmDefinition | undefined {
  const known = new WeakMap<Device, Map<string, AlarmDefinition | undefined>>();
  return (device, word) => {
    const words = known.get(device) ?? new Map<string, AlarmDefinition | undefined>();
    if (words.has(word)) return words.get(word);
    const definition = definitionOf(catalogue, device, word);
    if (words.size < WORDS_MAX) known.set(device, words.set(word, definition));
    return definition;
  };
}

/**
 * The names under which a map may have a word, the fullest first: `chirpstack:object.tilt=high (door)` also goes by
 * `object.tilt=high`, `object.tilt` and `tilt`.
 */
function namesOf(word: string): readonly string[] {
  const plain = word.replace(STATES, '');
  const forms = [word, plain, plain.replace(/=.*$/, '')];
  const bare = forms.map((form) => form.replace(FAMILY, ''));
  return [...forms, ...bare, ...bare.map((form) => form.replace(/^[^=]*\./, ''))];
}
const STATES = / \([^()]*\)$/;
const FAMILY = /^[a-z][a-z0-9-]*:/;

/**
 * The map of a part of the device, such as `settings: { zones: { track: … } }` for `frigate:zones.track (cow)`; all of
 * its maps may stand under `settings.map`.
 */
function inSettings({ settings }: Device, word: string, names: readonly string[]): string | undefined {
  const whole = recordOf(settings?.['map']);
  const [, part = '', name = ''] = /^(?:[a-z][a-z0-9-]*:)?([^.]+)\.(.+)$/.exec(word) ?? [];
  const parts = [recordOf(settings?.[part]), recordOf(whole[part])];
  const found = parts.map((map) => textIn(map, [name, name.replace(STATES, '')])).find((code) => code !== undefined);
  return found ?? textIn(whole, names);
}

const recordOf = (value: Json | undefined): Readonly<Record<string, Json>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};

function textIn(map: Readonly<Record<string, Json>>, names: readonly string[]): string | undefined {
  const name = names.find((one) => Object.hasOwn(map, one));
  const code = name === undefined ? undefined : map[name];
  return typeof code === 'string' ? code : undefined;
}
