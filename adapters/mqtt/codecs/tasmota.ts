import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { codec } from '../../codec/codec.ts';
import { command } from '../../codec/command-rule.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { AnyTime, hasZone } from '../../codec/device-time.ts';
import { isKnownWord } from '../../codec/known-word.ts';
import { LastStates } from '../../codec/last-states.ts';
import { settingsOf } from '../../codec/settings-of.ts';

/** Tasmota's default topics, and those of FullTopic `%topic%/%prefix%/`. Source: tasmota.github.io/docs, MQTT. */
const family = 'tasmota';
const on = (prefix: string, word: string): readonly string[] => [
  `${prefix}/{device}/${word}`,
  `{device}/${prefix}/${word}`,
];

const State = z.looseObject({
  Time: AnyTime.optional(),
  TempUnit: z.enum(['C', 'F'], { error: 'C or F' }).optional(),
});
type State = z.infer<typeof State>;
type Context = MessageContext<LastStates>;

const report = codec({
  family,
  topics: [...on('tele', 'SENSOR'), ...on('tele', 'STATE'), ...on('stat', 'RESULT')],
  listens: ['cmnd/{device}/{rest*}', '{device}/cmnd/{rest*}'],
  commands: {
    power: command(
      z.object({ on: z.boolean({ error: 'true or false' }), relay: z.int().min(1).max(32).optional() }),
      ({ on: isOn, relay = '' }, called) => ({ topic: `cmnd/${called}/POWER${relay}`, payload: isOn ? 'ON' : 'OFF' }),
    ),
  },
  about: [
    '设备由主题名找到（如 tasmota_3A07C1），写入设备档案的 aliases。The device is found by its topic, which stands among the aliases of its record.',
    'Time 是本地时间、不带时区：档案里要写 zone，如 Asia/Shanghai。Time is local without a zone: the record names one.',
    'SENSOR 每 300 s 重复一次，是状态不是事件：只有变化才算信号。SENSOR repeats every 300 s; only a change is a signal.',
    '触点文字被 StateText 改名时，在 settings.states 里写 {"on": "OPEN", "off": "SHUT"}。Texts that StateText renamed stand in settings.states.',
    '哪个触点是哪种报警写在档案的 types 里，如 {"Switch1": "community.water.leak"}。The record maps a contact to an alarm type.',
  ],
  payload: State,
  memory: () => new LastStates(),
  all: (said, context) => {
    const device = context.part('device');
    const at = timeOf(said, context, device);
    const signals = contactsOf(said, context, device).map((signal) => ({ ...signal, at }));
    const values = measuresOf(said, context);
    return { signals, telemetry: Object.keys(values).length === 0 ? [] : [{ device, at, values }] };
  },
});

function timeOf({ Time }: State, context: Context, device: string): number | undefined {
  if (Time === undefined || hasZone(Time)) return context.utc('Time', Time);
  return context.local('Time', Time, context.device(device)?.zone);
}

/** An input always means something; a relay's POWER is no alarm unless the record says so. */
function contactsOf(said: State, context: Context, device: string): readonly Draft<Signal>[] {
  const record = context.device(device);
  return Object.entries(said).flatMap(([name, value]): readonly Draft<Signal>[] => {
    const word = `${family}:${name}`;
    const text = textOf(value);
    if (text === undefined || !(CONTACT.test(name) || record?.types?.[name] !== undefined)) return [];
    if (record !== undefined && !INPUT.test(name) && !context.knows(record.id, word)) return [];
    const active = stateOf(text, settingsOf(record, 'states'));
    if (active === undefined) {
      context.refuse(badValue('unknown-code', typeof value === 'string' ? name : `${name}.Action`, text, 'ON or OFF'));
      return [];
    }
    if (!context.memory.isNews(context, device, word, active)) return [];
    return isKnownWord(context, device, word, { field: name, value: text }) ? [{ device, type: word, active }] : [];
  });
}
const INPUT = /^Switch\d*$/;
const CONTACT = /^(?:Switch|POWER)\d*$/;

/** `"ON"`, or `{"Action": "ON"}` as newer firmware has it on RESULT. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null || !('Action' in value)) return undefined;
  return typeof value.Action === 'string' ? value.Action : undefined;
}

function stateOf(
  text: string,
  { on: renamedOn, off: renamedOff }: Readonly<Record<string, unknown>>,
): boolean | undefined {
  if (text === (renamedOn ?? 'ON')) return true;
  return text === (renamedOff ?? 'OFF') ? false : undefined;
}

/** Field of a sensor's chip, name in the archive. */
const MEASURES: Readonly<Record<string, string>> = {
  Temperature: 'temperature_c',
  Humidity: 'humidity_pct',
  DewPoint: 'dew_point_c',
  Pressure: 'pressure_hpa',
  Illuminance: 'illuminance_lx',
  CarbonDioxide: 'co2_ppm',
  Distance: 'distance_cm',
  Power: 'power_w',
  Voltage: 'voltage_v',
  Current: 'current_a',
  Total: 'energy_kwh',
};
/** The temperature of the module's own chip is nobody's. */
const OWN_CHIPS = new Set(['ESP32', 'Wifi']);
const IN_DEGREES = new Set(['Temperature', 'DewPoint']);

/** Sensors are nested by their chip: `DS18B20.Temperature`. A second chip's value carries its name. */
function measuresOf(said: State, context: Context): Readonly<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [chip, fields] of Object.entries(said)) {
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields) || OWN_CHIPS.has(chip)) continue;
    for (const [field, value] of Object.entries(fields)) {
      const name = Object.hasOwn(MEASURES, field) ? MEASURES[field] : undefined;
      if (name === undefined || value === null || Array.isArray(value)) continue; // null: the sensor has failed
      if (typeof value !== 'number') context.refuse(badValue('wrong-type', `${chip}.${field}`, value, 'a number'));
      else values[name in values ? `${name}_${chip}` : name] = IN_DEGREES.has(field) ? inCelsius(value, said) : value;
    }
  }
  return values;
}

const inCelsius = (value: number, { TempUnit }: State): number =>
  TempUnit === 'F' ? Math.round(((value - 32) / 1.8) * 100) / 100 : value;

const lastWill = codec({
  family,
  topics: on('tele', 'LWT'),
  format: 'text',
  payload: z.enum(['Online', 'Offline', ''], { error: 'Online or Offline' }),
  status: (word, { part }) => (word === '' ? [] : [{ device: part('device'), online: word === 'Online' }]),
});

export default [report, lastWill];
