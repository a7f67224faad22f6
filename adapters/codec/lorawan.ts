import { z } from 'zod';
import { badValue } from '../../gateway/domain/bad-value.ts';
import type { Place } from '../../gateway/domain/place.ts';
import type { Signal } from '../../gateway/domain/signal.ts';
import { batterySignal } from './battery.ts';
import type { Draft, Drafts, MessageContext } from './definition.ts';
import { Base64, Latitude, Longitude, Percent } from './fields.ts';
import { LastStates } from './last-states.ts';
import { limitOf, settingsOf } from './settings-of.ts';

/** The decoded fields of a LoRaWAN frame, whichever server decoded it. Fields that nobody here knows are left alone. */
export const LorawanObject = z
  .looseObject({
    latitude: Latitude.optional(),
    longitude: Longitude.optional(),
    battery: Percent.optional(),
    temperature: z.number({ error: 'number, °C' }).optional(),
    humidity: z.number({ error: 'number, %' }).optional(),
    tilt: z.number({ error: 'number, degrees' }).optional(),
    worn: z.boolean().optional(),
  })
  .superRefine(({ latitude, longitude }, { addIssue }) => {
    if ((latitude === undefined) === (longitude === undefined)) return;
    const [path, expected] = latitude === undefined ? ['latitude', '−90 to 90'] : ['longitude', '−180 to 180'];
    addIssue({ code: 'custom', path: [path], message: expected, input: undefined });
  });
export type LorawanObject = z.infer<typeof LorawanObject>;

/** The arguments of a downlink: bytes for a port of the device, through its application at the network server. */
export const Downlink = z.object({
  application: z
    .string({ error: 'the id of the application' })
    .regex(/^[^/+#]{1,128}$/, { error: 'the id of the application' }),
  fPort: z.int({ error: '1 to 223' }).min(1, { error: '1 to 223' }).max(223, { error: '1 to 223' }),
  data: Base64,
  confirmed: z.boolean({ error: 'true or false' }).default(false),
});

/** What stands in a message about the frame: whose it is, its id, its time, and the prefix of its fields. */
export type Frame = Readonly<{
  device: string;
  id?: string | undefined;
  at?: number | undefined;
  /** `chirpstack:object.`: how the catalogue calls a field of it. */
  family: string;
  /** `object.`: how a fault calls it. */
  path: string;
}>;

type Context = MessageContext<LastStates>;
/** A field that says something is so, or not; some measure it as well. */
type Flag = Readonly<{ word: string; isOn: boolean; value?: number; unit?: string }>;

export const lorawanMemory = (): LastStates => new LastStates();

/** What a decoded frame says: signals where a state changed, the rest as telemetry, a position with it. */
export function draftsOfObject(object: LorawanObject, frame: Frame, context: Context): Drafts {
  const { device, id, at } = frame;
  const flags = flagsOf(object, frame, context).filter(({ word, isOn }) => {
    const isNews = context.memory.isNews(context, device, word, isOn);
    return isNews || isOn; // each frame has an id of its own: "on" is told each time, "off" once
  });
  const said = { device, id, at };
  const low = batterySignal(context.memory, context, said, object.battery);
  const signals = [...flags.map((flag): Draft<Signal> => signalOf(flag, said)), ...low];
  const told = new Set([...flags.map(({ unit }) => unit), ...low.map(({ unit }) => unit)]);
  const values = Object.fromEntries(
    measuresOf(object, frame, context)
      .filter(({ unit }) => !told.has(unit))
      .map(({ name, value }) => [name, value]),
  );
  const place = placeOf(object);
  const isSaid = Object.keys(values).length > 0 || place !== undefined;
  return { signals: distinct(signals), telemetry: isSaid ? [{ device, at, values, place }] : [] };
}

const signalOf = ({ word, isOn, value, unit }: Flag, said: Readonly<{ device: string }>): Draft<Signal> => ({
  ...said,
  type: word,
  active: isOn,
  value,
  unit,
});

/** A message's id stands for one signal only: the others of the same message carry their word behind it. */
export const distinct = (signals: readonly Draft<Signal>[]): readonly Draft<Signal>[] =>
  signals.map((signal, index) =>
    index === 0 || signal.id === undefined ? signal : { ...signal, id: `${signal.id}:${signal.type}` },
  );

/** (0, 0) lies in the Gulf of Guinea: a receiver says it where it has no fix. */
export function placeOf({ latitude, longitude }: Pick<LorawanObject, 'latitude' | 'longitude'>): Place | undefined {
  if (latitude === undefined || longitude === undefined || (latitude === 0 && longitude === 0)) return undefined;
  return { lng: longitude, lat: latitude };
}

type Measure = Readonly<{ name: string; value: number; unit: string }>;
/** Field, name in the archive, unit: which signal carries it already is told by the unit. */
const MEASURES = [
  ['battery', 'battery_pct', '%'],
  ['temperature', 'temperature_c', '°C'],
  ['humidity', 'humidity_pct', '%RH'],
  ['tilt', 'tilt_deg', 'deg'],
  ['level', 'level_m', 'm'],
  ['displacement', 'displacement_mm', 'mm'],
  ['shock', 'shock_g', 'g'],
] as const;

function measuresOf(object: LorawanObject, { device }: Frame, context: Context): readonly Measure[] {
  const more = Object.entries(settingsOf(context.device(device), 'telemetry')).flatMap(([field, name]) =>
    typeof name === 'string' ? ([[field, name, name]] as const) : [],
  );
  return [...MEASURES, ...more].flatMap(([field, name, unit]) => {
    const value = object[field];
    return typeof value === 'number' && Number.isFinite(value) ? [{ name, value, unit }] : [];
  });
}

/** Degrees, metres, millimetres and g above which the four measured states are on, where the record says nothing else. */
const LIMITS: Readonly<Record<string, Readonly<{ unit: string; limit: number | undefined }>>> = {
  tilt: { unit: 'deg', limit: 15 },
  shock: { unit: 'g', limit: 2 },
  level: { unit: 'm', limit: undefined },
  displacement: { unit: 'mm', limit: undefined },
};

const ON = new Set([
  'true',
  'on',
  'open',
  'opened',
  'alarm',
  'leak',
  'trigger',
  'triggered',
  'tilt',
  'uninstalled',
  'removed',
  'yes',
  '1',
]);
const OFF = new Set(['false', 'off', 'close', 'closed', 'normal', 'ok', 'idle', 'installed', 'no', '0', '']);

function flagsOf(object: LorawanObject, frame: Frame, context: Context): readonly Flag[] {
  const record = context.device(frame.device);
  const knows = (word: string): boolean => record === undefined || context.knows(record.id, word);
  return Object.entries(object).flatMap(([field, said]): readonly Flag[] => {
    if (field === 'cover' && object.tilt !== undefined) return []; // the tilt says it, with its degrees
    const word = field === 'worn' ? `${frame.family}worn=false` : `${frame.family}${field}`;
    if (NEVER.has(field) || !(field in LIMITS || knows(word)) || !knows(word)) return [];
    if (typeof said === 'number' && field in LIMITS) return measuredFlag(object, field, said, word, record);
    const isOn = stateOf(said);
    if (isOn !== undefined) return [{ word, isOn: field === 'worn' ? !isOn : isOn }];
    context.refuse(badValue('unknown-code', `${frame.path}${field}`, said, 'true or false, open or closed'));
    return [];
  });
}

/** These are measured, never a state of their own. */
const NEVER = new Set(['latitude', 'longitude', 'battery', 'temperature', 'humidity', 'altitude']);

function measuredFlag(
  object: LorawanObject,
  field: string,
  value: number,
  word: string,
  record: Parameters<typeof limitOf>[0],
): readonly Flag[] {
  const { unit = '', limit } = LIMITS[field] ?? {};
  const from = limitOf(record, field) ?? limit;
  const cover = field === 'tilt' ? stateOf(object['cover']) : undefined;
  if (cover === undefined && from === undefined) return [];
  return [{ word, isOn: cover ?? value >= (from ?? 0), value, unit }];
}

function stateOf(said: unknown): boolean | undefined {
  if (typeof said === 'boolean') return said;
  const text = typeof said === 'number' || typeof said === 'string' ? String(said).toLowerCase() : undefined;
  if (text === undefined) return undefined;
  return ON.has(text) ? true : OFF.has(text) ? false : undefined;
}
