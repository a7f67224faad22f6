import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Signal, Telemetry } from '../../../gateway/domain/signal.ts';
import { batterySignal } from '../../codec/battery.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { IsoTime } from '../../codec/device-time.ts';
import { Base64, Latitude, Longitude, Percent } from '../../codec/fields.ts';
import { knownAs } from '../../codec/known-as.ts';
import { LastStates } from '../../codec/last-states.ts';
import { distinct, placeOf } from '../../codec/lorawan.ts';
import { numbersOf } from '../../codec/numbers-of.ts';
import { type History, readTriples } from '../milesight-triples.ts';

/** A Milesight gateway's built-in network server. Source: support.milesight-iot.com, Uplink Data and Notification. */
const family = 'milesight';

const Message = z.looseObject({
  devEUI: z.string().min(1).max(32).optional(),
  deviceName: z.string().max(128).optional(),
  fCnt: z.int().min(0).optional(),
  fPort: z.int().min(0).max(255).optional(),
  data: Base64.optional(),
  time: IsoTime.optional(),
  gatewayTime: IsoTime.optional(),
  status: z.unknown().optional(),
  battery: Percent.optional(),
  temperature: z.number({ error: 'number, °C' }).optional(),
  humidity: z.number({ error: 'number, %' }).optional(),
  latitude: Latitude.optional(),
  longitude: Longitude.optional(),
});
type Message = z.infer<typeof Message>;
type Context = MessageContext<LastStates>;

export default codec({
  family,
  topics: ['milesight/{rest*}'],
  pushed: { as: 'milesight/webhook' }, // what its server publishes; the message names its device
  listens: ['milesight/{rest*}'],
  about: [
    '设备由 devEUI 找到；报文里没有时取主题的最后一级，再取 deviceName。The device is found by devEUI, else by the last level of the topic, else by deviceName.',
    '主题在网关上自定；默认收 milesight/ 之下的全部，其他前缀写进 mqtt.topics.milesight。The topic is configured at the gateway; other prefixes stand in mqtt.topics.milesight.',
    '没有解码器时读 data 里的“通道–类型–值”（fPort 85）；遇到不认识的一对就停。Without a payload codec the channel–type–value triples of `data` are read, up to the first unknown pair.',
    '06 00 默认读作门磁；漏水探测器在档案 settings 里写 {"model": "EM300-MLD"}。06 00 is a magnet unless settings.model says EM300-MLD.',
    '历史记录（20 CE）只进档案库，不产生报警。History is telemetry only.',
  ],
  payload: Message,
  memory: () => new LastStates(),
  all: (message, context) => {
    const device = nameOf(message, context);
    const at = context.utc(message.time === undefined ? 'gatewayTime' : 'time', message.time ?? message.gatewayTime);
    const online = presenceOf(message);
    if (online !== undefined) return { status: [{ device, online, at }] };
    const { fields, history } = readingOf(message, context, device);
    const id = message.fCnt === undefined ? undefined : `${message.devEUI ?? device}:${message.fCnt}`;
    const all = { ...message, ...fields };
    const said = { device, id, at };
    const low = batterySignal(context.memory, context, said, all.battery);
    const signals = distinct([...statesOf(all, said, context), ...low]);
    return {
      signals,
      telemetry: [...measuresOf(all, said, low.length > 0), ...history.map((one) => past(one, device, context))],
    };
  },
});

const nameOf = ({ devEUI, deviceName }: Message, context: Context): string =>
  knownAs(context, [devEUI?.toLowerCase(), devEUI, devEUI?.toUpperCase(), context.topic.split('/').at(-1), deviceName]);

/** A notification has a word in `status`; among decoded fields the same name may mean anything. */
function presenceOf({ status, data, fCnt }: Message): boolean | undefined {
  if (data !== undefined || fCnt !== undefined) return undefined;
  return status === 'online' ? true : status === 'offline' ? false : undefined;
}

function readingOf({ data, fPort = 85 }: Message, context: Context, device: string) {
  if (data === undefined || fPort !== 85) return { fields: {}, history: [] };
  const model = context.device(device)?.settings?.['model'];
  const { cutAt, ...reading } = readTriples(Buffer.from(data, 'base64'), typeof model === 'string' ? model : '');
  if (cutAt !== undefined)
    context.refuse(badValue('bad-length', 'data', data, `whole triples; one is cut at byte ${cutAt}`));
  return reading;
}

/** Field, what it says when it is on, and when off. */
const STATES: Readonly<Record<string, readonly [on: string, off: readonly string[]]>> = {
  magnet_status: ['open', ['close', 'closed']],
  leakage_status: ['leak', ['normal']],
  tamper_status: ['uninstalled', ['installed', 'normal']],
  pir: ['trigger', ['normal', 'idle']],
  position: ['tilt', ['normal']],
  smoke_status: ['alarm', ['normal']],
  gas_status: ['alarm', ['normal']],
};

function statesOf(
  fields: Readonly<Record<string, unknown>>,
  said: Readonly<{ device: string }>,
  context: Context,
): readonly Draft<Signal>[] {
  return Object.entries(STATES).flatMap(([field, [on, off]]): readonly Draft<Signal>[] => {
    const value = fields[field];
    if (value === undefined || value === null) return [];
    const active = value === on || value === 1 || value === true;
    if (!active && !(value === 0 || value === false || off.some((word) => word === value))) {
      context.refuse(badValue('unknown-code', field, value, [on, ...off].join(' or ')));
      return [];
    }
    const type = `${family}:${field}=${on}`;
    const isNews = context.memory.isNews(context, said.device, type, active);
    return isNews || active ? [{ ...said, type, active }] : []; // each frame has an id of its own: "on" is told each time
  });
}

const MEASURES = [
  ['battery', 'battery_pct'],
  ['temperature', 'temperature_c'],
  ['humidity', 'humidity_pct'],
  ['illuminance', 'illuminance_lx'],
  ['co2', 'co2_ppm'],
  ['pressure', 'pressure_hpa'],
  ['distance', 'distance_mm'],
  ['depth', 'depth_cm'],
] as const;

function measuresOf(
  fields: Message,
  { device, at }: Readonly<{ device: string; at?: number | undefined }>,
  isBatteryTold: boolean,
): readonly Draft<Telemetry>[] {
  const values = numbersOf(
    MEASURES.filter(([field]) => field !== 'battery' || !isBatteryTold).map(([field, name]) => [name, fields[field]]),
  );
  const place = placeOf(fields);
  return Object.keys(values).length === 0 && place === undefined ? [] : [{ device, at, values, place }];
}

const past = ({ at, values }: History, device: string, context: Context): Draft<Telemetry> => ({
  device,
  at: context.utc('data', at),
  values,
});
