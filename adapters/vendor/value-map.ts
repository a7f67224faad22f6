import { badValue } from '../../gateway/domain/bad-value.ts';
import type { Device } from '../../gateway/domain/device.ts';
import type { Json } from '../../gateway/domain/json.ts';
import type { Drafts, MessageContext } from '../codec/definition.ts';

/**
 * What a field of a platform's message stands for: an alarm type, a word that becomes one, the name of a measurement
 * (small letters and underscores), or one of these for each value, where `clear` ends what the others opened.
 */
export type Meaning = string | Readonly<Record<string, string>>;

/** What the device's record says of a field: under `types`, `settings.map` or `settings`. */
export function meaningOf(device: Device | undefined, name: string): Meaning | undefined {
  const map = device?.settings?.['map'];
  const inMap = isTable(map) ? map[name] : undefined;
  const said: Json | undefined = device?.types?.[name] ?? inMap ?? device?.settings?.[name];
  if (typeof said === 'string') return said;
  if (!isTable(said)) return undefined;
  return Object.fromEntries(
    Object.entries(said).flatMap(([value, word]) => (typeof word === 'string' ? [[value, word] as const] : [])),
  );
}

const isTable = (value: Json | undefined): value is { [name: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name such as `battery_pct`; an alarm type or a word has a dot or a colon. */
const MEASUREMENT = /^[a-z][a-z0-9_]*$/;
const ENDS = 'clear';
/** Per cent: opens below the one, closes above the other, so that a battery on the edge does not flap. */
const BATTERY_LOW = 15;
const BATTERY_FINE = 25;

export type Valued = Readonly<{
  device: string;
  at: number | undefined;
  name: string;
  meaning: Meaning;
  value: unknown;
}>;

export function valueDrafts({ device, at, name, meaning, value }: Valued, context: MessageContext<unknown>): Drafts {
  if (typeof meaning !== 'string') return tableDrafts({ device, at, name, meaning, value }, context);
  if (!MEASUREMENT.test(meaning)) {
    const active = truthOf(value);
    if (active !== undefined) return { signals: [{ device, type: meaning, at, active }] };
    context.refuse(badValue('wrong-type', name, value, 'a number, or true or false'));
    return {};
  }
  const number = numberOf(value);
  if (number === undefined) {
    context.refuse(badValue('wrong-type', name, value, 'a number'));
    return {};
  }
  const battery = meaning === 'battery_pct' ? batterySignals({ device, at, value: number }, context) : [];
  return battery.some(({ active }) => active)
    ? { signals: battery }
    : { signals: battery, telemetry: [{ device, at, values: { [meaning]: number } }] };
}

type Battery = Readonly<{ device: string; at: number | undefined; value: number }>;

function batterySignals({ device, at, value }: Battery, { isActive, device: find }: MessageContext<unknown>) {
  const type = 'device.battery.low';
  if (value < BATTERY_LOW) return [{ device, type, at, active: true, value, unit: '%' }];
  const isOver = value > BATTERY_FINE && isActive(find(device)?.id ?? device, type);
  return isOver ? [{ device, type, at, active: false, value, unit: '%' }] : [];
}

/** A value of the table opens its type and ends the others of the table. */
function tableDrafts(valued: Valued, context: MessageContext<unknown>): Drafts {
  const { device, at, name, meaning, value } = valued;
  const table = typeof meaning === 'string' ? {} : meaning;
  const said = table[String(value)];
  if (said === undefined) {
    const expected = Object.keys(table).join(', ');
    context.refuse(badValue('unknown-code', name, String(value), `one of ${expected}`));
    return {};
  }
  const id = context.device(device)?.id ?? device;
  const others = [...new Set(Object.values(table))].filter((type) => type !== said && type !== ENDS);
  const over = others.filter((type) => context.isActive(id, type));
  return {
    signals: [
      ...over.map((type) => ({ device, type, at, active: false })),
      ...(said === ENDS ? [] : [{ device, type: said, at, active: true }]),
    ],
  };
}

function truthOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const number = numberOf(value);
  if (number !== undefined) return number !== 0;
  return { true: true, on: true, false: false, off: false }[String(value).toLowerCase()];
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** The drafts of several items of one message as those of one. */
export const together = (drafts: readonly Drafts[]): Drafts => ({
  signals: drafts.flatMap(({ signals = [] }) => signals),
  telemetry: drafts.flatMap(({ telemetry = [] }) => telemetry),
  status: drafts.flatMap(({ status = [] }) => status),
});
