import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { codec } from '../../codec/codec.ts';
import type { MessageContext } from '../../codec/definition.ts';
import { AnyTime, hasZone } from '../../codec/device-time.ts';
import { knownAs } from '../../codec/known-as.ts';
import { placeOnLine } from '../cable.ts';

/** Vibrating-fibre hosts (振动光纤主机). Each maker has a protocol of his own; this shape is ours. */
const family = 'das';
/** Where the record names no zone. */
const ZONE = 'Asia/Shanghai';
/** Metres: a passing train shakes more of the cable than anybody on foot. */
const TRAIN_WIDTH_M = 300;
const BY_TRAINS = new Set(['walk', 'vehicle', 'dig_manual', 'unknown']);

const KINDS = [
  'walk',
  'climb',
  'dig_manual',
  'dig_machine',
  'vehicle',
  'impact',
  'rockfall',
  'fiber_break',
  'unknown',
] as const;
const Distance = z
  .number({ error: 'number, metres' })
  .min(0, { error: "0 to the cable's length in m" })
  .max(200_000, { error: "0 to the cable's length in m" });

export default codec({
  family,
  topics: ['das/{host}/event'],
  about: [
    '设备由 hostId/channel 找到，如 DAS-HK-0812/1。The device is found by hostId/channel.',
    '光缆米数不是线路米数：档案 settings.cable 是 [[光缆米, "K812+300"], …] 的对照表，逐段线性内插；也可写 km_start 与 m_per_m。Cable metres are not line metres: settings.cable holds pairs, read linearly between them; or km_start and m_per_m.',
    'settings.length_m 是光缆长度，超出为 out-of-range。settings.length_m is the length of the cable.',
    '宽度超过 settings.train_width_m（缺省 300 m）的走动、车辆、挖掘与不明振动按列车经过处理，只进档案库。Wider than settings.train_width_m (300 m) is a passing train, and archived only.',
    'time 是本地时间，没写 zone 按北京时间。time is local; without a zone in the record it is Beijing time.',
  ],
  payload: z.object({
    hostId: z.string().min(1).max(64),
    channel: z.int({ error: 'the number of the channel' }).min(0).max(255).optional(),
    eventId: z.union([z.string(), z.number()]).transform(String).optional(),
    kind: z.enum(KINDS, { error: KINDS.join(', ') }),
    distance_m: Distance,
    width_m: z.number({ error: 'number, metres' }).min(0).optional(),
    confidence: z.number({ error: '0 to 1' }).min(0, { error: '0 to 1' }).max(1, { error: '0 to 1' }).optional(),
    time: AnyTime.optional(),
    state: z.enum(['start', 'update', 'end', 'stop', 'pulse'], { error: 'start, update, end or pulse' }).optional(),
  }),
  all: (said, context) => {
    const names = [`${said.hostId}/${said.channel ?? 1}`, said.hostId];
    const device = knownAs(context, [...names, context.part('host')]);
    const record = context.device(device);
    const length = record?.settings?.['length_m'];
    if (typeof length === 'number' && said.distance_m > length) {
      context.refuse(badValue('out-of-range', 'distance_m', said.distance_m, "0 to the cable's length in m"));
      return {};
    }
    const at = timeOf(said.time, context, record);
    if (isTrain(said, record)) return { telemetry: [{ device, at, values: { train_width_m: said.width_m ?? 0 } }] };
    const signal = {
      device,
      type: `${family}:${said.kind}`,
      id: said.eventId === undefined ? undefined : idOf(said.hostId, said.eventId, said.state),
      at,
      active:
        said.state === undefined || said.state === 'pulse'
          ? undefined
          : said.state === 'start' || said.state === 'update',
      value: said.confidence,
      place: placeOnLine(record, said.distance_m),
    };
    return { signals: [signal] };
  },
});

/** Begin and end of one event are two messages. */
const idOf = (host: string, event: string, state: string | undefined): string =>
  state === 'end' || state === 'stop' ? `${host}:${event}:end` : `${host}:${event}`;

function isTrain(
  { kind, width_m: width }: Readonly<{ kind: string; width_m?: number | undefined }>,
  record: Device | undefined,
): boolean {
  const limit = record?.settings?.['train_width_m'];
  return BY_TRAINS.has(kind) && width !== undefined && width > (typeof limit === 'number' ? limit : TRAIN_WIDTH_M);
}

function timeOf(time: string | undefined, context: MessageContext, record: Device | undefined): number | undefined {
  if (time !== undefined && hasZone(time)) return context.utc('time', time);
  return context.local('time', time, record?.zone ?? ZONE);
}
