import { z } from 'zod';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { batterySignal } from '../../codec/battery.ts';
import { codec } from '../../codec/codec.ts';
import { command } from '../../codec/command-rule.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { AnyTime, hasZone } from '../../codec/device-time.ts';
import { Percent } from '../../codec/fields.ts';
import { isKnownWord } from '../../codec/known-word.ts';
import { LastStates } from '../../codec/last-states.ts';
import { numbersOf } from '../../codec/numbers-of.ts';

/** Zigbee2MQTT. Source: zigbee2mqtt.io, MQTT topics and messages, and the exposes of its devices. */
const family = 'zigbee2mqtt';

const Flag = z.boolean({ error: 'true or false' }).nullish();
const Measure = z.number({ error: 'a number' }).nullish();

const LAST_SEEN = 'ISO 8601, or milliseconds since 1970';
const State = z.looseObject({
  contact: Flag,
  smoke: Flag,
  water_leak: Flag,
  gas: Flag,
  carbon_monoxide: Flag,
  tamper: Flag,
  occupancy: Flag,
  battery_low: Flag,
  test: Flag,
  action: z.string({ error: 'text' }).nullish(),
  battery: Percent.nullish(),
  linkquality: z.number({ error: 'number, 0 to 255' }).min(0).max(255, { error: '0 to 255' }).nullish(),
  temperature: Measure,
  humidity: Measure,
  pressure: Measure,
  illuminance: Measure,
  co2: Measure,
  last_seen: z
    .union([z.string(), z.number()], { error: LAST_SEEN })
    .refine((seen) => typeof seen === 'number' || AnyTime.safeParse(seen).success, {
      error: LAST_SEEN,
      params: { reason: 'bad-time' },
    })
    .nullish(),
});
type State = z.infer<typeof State>;
type Context = MessageContext<LastStates>;

/** Told by a word of its own, or not at all: these are no states of the place. */
const NO_STATE = new Set(['test', 'battery_low', 'last_seen', 'update_available', 'smoke']);
/** These always mean something: of one that no record maps the integrator shall hear. */
const ALARMS = new Set(['vibration', 'sos', 'alarm', 'contact', 'water_leak', 'gas', 'carbon_monoxide', 'tamper']);
/** `alarm` beside one of these says the same again. */
const HAZARDS = ['smoke', 'gas', 'carbon_monoxide', 'water_leak'] as const;
/** Closed is true: the word is the one that means an alarm. */
const wordOf = (field: string): string => `${family}:${field}=${field === 'contact' ? 'false' : 'true'}`;

const availability = codec({
  family,
  topics: ['zigbee2mqtt/{name*}/availability'],
  words: ['online', 'offline'],
  empty: 'deleted',
  payload: z.union([
    z.object({ state: z.enum(['online', 'offline'], { error: 'online or offline' }) }).transform(({ state }) => state),
    z.enum(['online', 'offline', 'deleted'], { error: 'online or offline' }),
  ]),
  status: (word, { part }) => (word === 'deleted' ? [] : [{ device: part('name'), online: word === 'online' }]),
});

const bridge = codec({
  family,
  topics: ['zigbee2mqtt/bridge/{rest*}', 'zigbee2mqtt/{name*}/set', 'zigbee2mqtt/{name*}/get'],
  format: 'bytes',
  maxBytes: 8 * 1024 * 1024, // the list of all devices, retained; it is not read
  payload: z.instanceof(Uint8Array),
  signals: () => [],
});

const state = codec({
  family,
  topics: ['zigbee2mqtt/{name*}'],
  listens: ['zigbee2mqtt/{name*}'],
  commands: {
    set: command(z.record(z.string().max(64), z.json()), (state, called) => ({
      topic: `zigbee2mqtt/${called}/set`,
      payload: JSON.stringify(state),
    })),
  },
  about: [
    '设备由 friendly name 找到：把它写入设备档案的 aliases，可含 / 与中文。The device is found by its friendly name, which stands among the aliases of its record and may hold / and Chinese.',
    'contact 为 true 表示关，false 表示开。contact true is closed, false is open.',
    '每次上报全部状态，只有变化才算信号。The whole state comes at each report; only a change is a signal.',
    'smoke 带 test: true 是自检（device.test），不是火警。smoke with test: true is a test, no fire.',
    '电量恰为 100 且没有 battery_low 的设备尚未测过电量，不入档案库。A battery of exactly 100 without battery_low has not been measured, and is not archived.',
    '其他布尔字段（如 vibration）写进设备档案的 types 后也成为信号。Further booleans, such as vibration, become signals once the record maps them.',
    'last_seen 要在 Zigbee2MQTT 的 advanced.last_seen 中打开；没有就用收到的时刻。Without last_seen the time of receipt counts.',
  ],
  empty: {}, // a retained state that was deleted
  payload: State,
  memory: () => new LastStates(),
  all: (said, context) => {
    const device = context.part('name');
    const at = timeOf(said, context, device);
    const signals = [...flagSignals(said, context, device), ...batteryLow(said, context, device)];
    const values = valuesOf(said);
    return {
      signals: signals.map((signal) => ({ ...signal, at })),
      telemetry: Object.keys(values).length === 0 ? [] : [{ device, at, values }],
    };
  },
});

function timeOf({ last_seen: seen }: State, context: Context, device: string): number | undefined {
  if (seen === undefined || seen === null) return undefined;
  if (typeof seen === 'number' || hasZone(seen)) return context.utc('last_seen', seen);
  return context.local('last_seen', seen, context.device(device)?.zone);
}

function flagSignals(said: State, context: Context, device: string): readonly Draft<Signal>[] {
  const record = context.device(device);
  const fields = Object.entries(said).filter(([field, value]) => typeof value === 'boolean' && !NO_STATE.has(field));
  const isSaidAgain = HAZARDS.some((hazard) => typeof said[hazard] === 'boolean');
  const isAlarm = (field: string): boolean => ALARMS.has(field) && !(field === 'alarm' && isSaidAgain);
  const known = fields.filter(
    ([field]) => record === undefined || isAlarm(field) || context.knows(record.id, wordOf(field)),
  );
  const states = known.flatMap(([field, value]): readonly Draft<Signal>[] => {
    const active = value === (field !== 'contact');
    const type = wordOf(field);
    if (!isNews(context, device, type, active)) return [];
    return isKnownWord(context, device, type, { field, value }) ? [{ device, type, active }] : [];
  });
  return [...smokeOrTest(said, context, device), ...states, ...actionOf(said, context, device)];
}

const isNews = (context: Context, device: string, word: string, isOn: boolean): boolean =>
  context.memory.isNews(context, device, word, isOn);

/** While a detector is tested its smoke means nothing. */
function smokeOrTest({ smoke, test }: State, context: Context, device: string): readonly Draft<Signal>[] {
  if (typeof test === 'boolean' && isNews(context, device, wordOf('test'), test) && test) {
    return [{ device, type: wordOf('test') }];
  }
  if (test === true || typeof smoke !== 'boolean' || !isNews(context, device, wordOf('smoke'), smoke)) return [];
  return [{ device, type: wordOf('smoke'), active: smoke }];
}

/** A button pressed; of a word that no record maps, such as `single`, nothing follows. */
function actionOf({ action }: State, context: Context, device: string): readonly Draft<Signal>[] {
  const type = `${family}:action=${action}`;
  const id = context.device(device)?.id;
  const isSaid = action !== undefined && action !== null && action !== '' && id !== undefined;
  return isSaid && context.knows(id, type) ? [{ device, type }] : [];
}

/** The device's own word for it goes before its per cent. */
function batteryLow(
  { battery, battery_low: isLow }: State,
  context: Context,
  device: string,
): readonly Draft<Signal>[] {
  const percent = battery ?? undefined;
  if (typeof isLow !== 'boolean') return batterySignal(context.memory, context, { device }, percent);
  const active = isLow || (percent !== undefined && percent < 15);
  if (!isNews(context, device, wordOf('battery_low'), active)) return [];
  return [
    { device, type: wordOf('battery_low'), active, ...(percent === undefined ? {} : { value: percent, unit: '%' }) },
  ];
}

const MEASURES = [
  ['temperature', 'temperature_c'],
  ['humidity', 'humidity_pct'],
  ['pressure', 'pressure_hpa'],
  ['illuminance', 'illuminance_lx'],
  ['co2', 'co2_ppm'],
] as const;

/** The quality of the radio is told beside what was measured, never alone. */
function valuesOf(said: State): Readonly<Record<string, number>> {
  const isMeasured =
    typeof said.battery === 'number' && !(said.battery === 100 && typeof said.battery_low !== 'boolean');
  const measures = MEASURES.map(([field, name]) => [name, said[field]] as const);
  const found = numbersOf([...(isMeasured ? [['battery_pct', said.battery] as const] : []), ...measures]);
  const isAny = Object.keys(found).length > 0;
  return isAny && typeof said.linkquality === 'number' ? { ...found, linkquality: said.linkquality } : found;
}

export default [availability, bridge, state];
