import { z } from 'zod';
import { codec } from '../../codec/codec.ts';
import { LocalTime } from '../../codec/device-time.ts';
import { isKnownWord } from '../../codec/known-word.ts';

/** Barrier cameras (道闸相机), their contacts and lane events only. Source: open.vzicloud.com. */
const family = 'plate-camera';
/** The cloud of this maker runs on one clock. */
const ZONE = 'Asia/Shanghai';

const Id = z.union([z.string(), z.number()], { error: 'text' }).transform(String).pipe(z.string().min(1).max(64));
const Head = {
  id: Id.optional(),
  sn: z.string().min(1).max(64).optional(),
  timestamp: z.number({ error: 'seconds since 1970' }).optional(),
};
/** What shows a vehicle: the seam's list takes plates and pictures, this the rest. */
const PERSONAL = [
  'carbrand',
  'carcolor',
  'car_brand',
  'colortype',
  'colorvalue',
  'location',
  'full_image_content',
  'clip_image_content',
];

const contact = codec({
  family,
  topics: ['device/{device}/message/up/gpio_in'],
  listens: ['device/{device}/message/down/{rest*}'],
  about: [
    '相机由 sn（主题里的序列号）找到，写入设备档案的 aliases。The camera is found by its serial number.',
    '车牌（ivs_result）不订阅、不读取；这里只取触点与车道事件。Plates (ivs_result) are neither subscribed nor read.',
    '触点接的是什么写在档案里：settings.gpio_in {"0": "community.barrier.hit"}，车道事件写在 settings.event_type。What is wired to an input stands in settings.gpio_in, lane events in settings.event_type.',
    '该云平台没有持久会话、保留消息、遗嘱和 QoS 2：可能丢报文。This cloud has no persistent session, no retained messages, no last will and no QoS 2: loss is possible.',
  ],
  personal: PERSONAL,
  payload: z.object({
    ...Head,
    payload: z.object({
      body: z.object({
        AlarmGioIn: z.object({
          result: z.object({
            TriggerResult: z.object({
              source: z.int({ error: 'the number of the input' }).min(0).max(63),
              value: z.literal([0, 1, 2], { error: '0, 1 or 2' }),
            }),
          }),
        }),
      }),
    }),
  }),
  signals: ({ id, sn, timestamp, payload }, context) => {
    const { part, utc } = context;
    const { source, value } = payload.body.AlarmGioIn.result.TriggerResult;
    const type = `${family}:gpio_in.${source}`;
    const field = 'payload.body.AlarmGioIn.result.TriggerResult.source';
    if (!isKnownWord(context, part('device'), type, { field, value: source })) return [];
    return [
      {
        device: part('device'),
        type,
        id: id === undefined ? undefined : `${sn ?? part('device')}:${id}`,
        at: utc('timestamp', timestamp === undefined ? undefined : timestamp * 1000),
        active: value === 0 ? false : undefined, // 1 is on, 2 on and off again: both are one knock
      },
    ];
  },
});

const lane = codec({
  family,
  topics: ['device/{device}/message/up/lanectrl_result'],
  personal: PERSONAL,
  payload: z.object({
    ...Head,
    payload: z.object({
      time: LocalTime.optional(),
      result_id: Id.optional(),
      isoffline: z.literal([0, 1], { error: '0 or 1' }).optional(),
      event_type: z.int({ error: 'the number of the event' }),
    }),
  }),
  signals: ({ id, sn, timestamp, payload }, context) => {
    const { part, utc, local, device } = context;
    const name = part('device');
    const type = `${family}:event_type.${payload.event_type}`;
    if (!isKnownWord(context, name, type, { field: 'payload.event_type', value: payload.event_type })) return [];
    const said = payload.result_id ?? id;
    return [
      {
        device: name,
        type,
        id: said === undefined ? undefined : `${sn ?? name}:${said}`,
        // an old record that comes later keeps its own time
        at:
          payload.time === undefined
            ? utc('timestamp', timestamp === undefined ? undefined : timestamp * 1000)
            : local('payload.time', payload.time, device(name)?.zone ?? ZONE),
        active: true,
      },
    ];
  },
});

const unread = codec({
  family,
  topics: ['device/{device}/message/up/{name}'],
  format: 'bytes',
  isUnread: true,
  payload: z.instanceof(Uint8Array),
  signals: () => [],
});

export default [contact, lane, unread];
