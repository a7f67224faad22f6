import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { codec } from '../../codec/codec.ts';
import type { Draft, MessageContext } from '../../codec/definition.ts';
import { Tracked } from '../frigate-objects.ts';

/** Frigate's detections, 0.13 to 0.16. Source: docs.frigate.video, MQTT. */
const family = 'frigate';

const Zones = z.array(z.string(), { error: 'a list of zones' }).max(64);
const Seconds = z.number({ error: 'seconds since 1970' });

const Event = z.object({
  type: z.enum(['new', 'update', 'end'], { error: 'new, update or end' }),
  after: z.object({
    id: z.string({ error: 'the id of the object' }).min(1).max(64),
    camera: z.string({ error: 'the camera name' }).min(1).max(128),
    label: z.string().max(64).default('object'),
    score: z.number().nullish(),
    top_score: z.number().nullish(),
    start_time: Seconds,
    end_time: Seconds.nullish(),
    frame_time: Seconds.nullish(),
    current_zones: Zones.default([]),
    entered_zones: Zones.default([]),
    false_positive: z.boolean().nullish(),
  }),
  before: z.object({ entered_zones: Zones.default([]) }).nullish(),
});
type Event = z.infer<typeof Event>;
type Context = MessageContext<Tracked>;

const events = codec({
  family,
  topics: ['frigate/events'],
  about: [
    '摄像机由 after.camera（Frigate 里的名字）找到，写入设备档案的 aliases。The camera is found by after.camera, which stands among the aliases of its record.',
    '区域名到报警类型写在档案的 types 或 settings.zones 里，如 {"track": "railway.track.intrusion"}；没写的区域不报警。The record maps zones to alarm types; other zones raise nothing.',
    '同一区域里最后一个目标离开才算恢复。A zone is clear when the last object has left it.',
    'sub_label、车牌、人脸属性一律不读。sub_label, plates and attributes of faces are removed unread.',
    '主题前缀不是 frigate 时写进 mqtt.topics.frigate。Another topic prefix stands in mqtt.topics.frigate.',
  ],
  personal: [
    'attributes',
    'current_attributes',
    'recognized_license_plate_score',
    'snapshot',
    'path_data',
    'data',
    'current_estimated_speed',
    'average_estimated_speed',
  ],
  payload: Event,
  memory: () => new Tracked(),
  signals: ({ type, after, before }, context) => {
    if (after.false_positive === true) return [];
    const id = context.device(after.camera)?.id;
    if (id === undefined) return strange(type, after.camera, context);
    const isKnown = (zone: string): boolean => context.knows(id, wordOf(zone, after));
    const zones = {
      current: after.current_zones.filter(isKnown),
      entered: after.entered_zones.filter(isKnown),
      enteredBefore: before?.entered_zones ?? [],
    };
    const { opened, closed } = context.memory.moved(after.id, id, zones, type === 'end', context.receivedAt);
    const frame = type === 'new' ? after.start_time : (after.frame_time ?? after.start_time);
    const on = opened.map((zone) => signalOf(after, zone, true, context.utc('after.frame_time', frame * 1000)));
    const over = (type === 'end' ? after.end_time : undefined) ?? after.frame_time ?? after.start_time;
    return [...on, ...closed.map((zone) => signalOf(after, zone, false, context.utc('after.end_time', over * 1000)))];
  },
});

/** A camera that nobody has registered is told once for each of its objects. */
function strange(type: Event['type'], camera: string, context: Context): readonly Draft<Signal>[] {
  if (type === 'new') context.refuse(badValue('unknown-device', 'after.camera', camera, 'an alias of a device record'));
  return [];
}

const wordOf = (zone: string, { label }: Event['after']): string => `${family}:zones.${zone} (${label})`;

function signalOf(after: Event['after'], zone: string, active: boolean, at: number | undefined): Draft<Signal> {
  const score = after.top_score ?? after.score;
  const text = score === undefined || score === null ? after.label : `${after.label} ${Math.round(score * 100) / 100}`;
  return {
    device: after.camera,
    type: wordOf(zone, after),
    id: `${after.id}:${zone}:${active ? 'on' : 'off'}`,
    at,
    active,
    text: active ? text : undefined,
  };
}

const available = codec({
  family,
  topics: ['frigate/available'],
  format: 'text',
  payload: z.enum(['online', 'offline', 'stopped', ''], { error: 'online or offline' }),
  // the detector beside the cameras, where it is registered as a device of its own
  status: (word, { device }) =>
    word === '' || device('frigate') === undefined ? [] : [{ device: 'frigate', online: word === 'online' }],
});

const unread = codec({
  family,
  topics: ['frigate/{rest*}'],
  about: [
    '快照与人脸、车牌主题不订阅：取证用摄像机自己的画面。Snapshots and other topics are not subscribed: evidence comes from the camera.',
  ],
  format: 'bytes',
  isUnread: true,
  payload: z.instanceof(Uint8Array),
  signals: () => [],
});

export default [events, available, unread];
