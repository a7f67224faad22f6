import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Severity } from '../../../gateway/domain/severity.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext, Reply } from '../../codec/definition.ts';

/**
 * Alarm notifications (报警通知) of GB/T 28181: the body of a SIP MESSAGE, `Application/MANSCDP+xml`.
 * Source: GB/T 28181-2016 and -2022, A.2.5 (alarm notification, AlarmMethod and AlarmType).
 */
const Code = (expected: string) => z.string({ error: expected }).regex(/^\d{1,3}$/, { error: expected });
const Degrees = (most: number) =>
  z.string().refine((text) => text === '' || Math.abs(Number(text)) <= most, { error: `degrees, at most ${most}` });
const Notify = z.object({
  CmdType: z.enum(['Alarm', 'Keepalive'], { error: 'Alarm or Keepalive' }),
  SN: z.string({ error: 'a serial number' }),
  DeviceID: z.string({ error: 'a code of 20 digits' }).regex(/^\d{18,20}$/, { error: 'a code of 20 digits' }),
  AlarmPriority: z.enum(['1', '2', '3', '4'], { error: '1 to 4' }).optional(),
  AlarmMethod: z.enum(['1', '2', '3', '4', '5', '6', '7'], { error: '1 to 7' }).optional(),
  AlarmTime: z.string().optional(),
  AlarmDescription: z.string().optional(),
  Longitude: Degrees(180).optional(),
  Latitude: Degrees(90).optional(),
  Info: z
    .union([
      z.literal(''),
      z.object({
        AlarmType: Code('a number').optional(),
        AlarmTypeParam: z.union([z.literal(''), z.object({ EventType: Code('a number').optional() })]).optional(),
      }),
    ])
    .optional(),
});
type Notify = z.infer<typeof Notify>;

/** The types that each method knows, from 1 to this; the others have none, or nobody says which. */
const TYPES: Readonly<Record<string, number>> = { '2': 5, '5': 13, '6': 2 };
/** What a device says of itself lasts until it is mended; what it sees is over at once. */
const LASTING: readonly string[] = ['2', '6'];
/** A flow of people or vehicles: measured, no alarm. */
const FLOW = '5/9';
const ZONE = 'Asia/Shanghai';
const SEVERITIES: Readonly<Record<string, Severity>> = { '1': 1, '2': 2, '3': 3, '4': 4 };
const TEXT_MAX_CHARS = 500;

export default codec({
  family: 'gb28181',
  topics: ['vendors/gb28181'],
  pushed: { as: '/vendors/gb28181' },
  about: [
    '设备以 20 位国标编码自称，登记为编号或别名；AlarmTime 无时区，按设备记录的 zone，未写时按 Asia/Shanghai。',
    'A device goes by its code of 20 digits, as id or alias; AlarmTime has no zone: the record’s zone counts, else Asia/Shanghai.',
    '国标没有报警结束：设备类报警（2、6）10 分钟无重复即视为结束（settings.silenceMs），视频类为一次性。',
    'No end of an alarm is ever sent: 10 minutes without a repeat end those of devices (2, 6; settings.silenceMs); video alarms are pulses.',
  ],
  format: 'xml',
  payload: Notify,
  answer: responseTo,
  all: (notify, context) =>
    notify.CmdType === 'Keepalive'
      ? { status: [{ device: notify.DeviceID, online: true }] }
      : alarmDrafts(notify, context),
});

/** The Response (报警通知应答) with the same serial, also to an alarm that could not be understood. Source: A.2.6. */
function responseTo(body: unknown): readonly Reply[] {
  const read = Answered.safeParse(body);
  if (!read.success) return [];
  const { SN, DeviceID } = read.data;
  const fields = `<CmdType>Alarm</CmdType><SN>${SN}</SN><DeviceID>${DeviceID}</DeviceID><Result>OK</Result>`;
  return [{ topic: '', payload: `<?xml version="1.0" encoding="GB2312"?>\r\n<Response>${fields}</Response>\r\n` }];
}
const Answered = z.object({
  CmdType: z.literal('Alarm'),
  SN: z.string().regex(/^\d{1,10}$/),
  DeviceID: z.string().regex(/^\d{18,20}$/),
});

function alarmDrafts(notify: Notify, context: MessageContext): Drafts {
  const { DeviceID: device, SN, AlarmMethod: method, AlarmTime, AlarmDescription, AlarmPriority } = notify;
  if (method === undefined) {
    context.refuse(badValue('missing-field', 'AlarmMethod', '', '1 to 7'));
    return {};
  }
  const word = wordOf(notify, method, context);
  if (word === undefined) return {};
  const time = AlarmTime?.replace(/\.\d+$/, '');
  return {
    signals: [
      {
        device,
        type: `gb28181:${word}`,
        id: `${device}:${SN}:${AlarmTime ?? ''}`,
        at: context.local('AlarmTime', time, context.device(device)?.zone ?? ZONE),
        active: LASTING.includes(method) ? true : undefined,
        severity: SEVERITIES[AlarmPriority ?? ''],
        text:
          AlarmDescription === undefined || AlarmDescription === ''
            ? undefined
            : AlarmDescription.slice(0, TEXT_MAX_CHARS),
        place: LASTING.includes(method) ? undefined : placeOf(notify), // of itself: the record knows better where it is
      },
    ],
  };
}

/** `5/6 (EventType=1)`, or `2/-` where no type is said; undefined for what is no alarm or refused. */
function wordOf({ Info }: Notify, method: string, { refuse }: MessageContext): string | undefined {
  const { AlarmType: type, AlarmTypeParam: param } = Info === '' || Info === undefined ? {} : Info;
  const most = TYPES[method];
  if (type === undefined) return `${method}/-`;
  if (most !== undefined && (Number(type) < 1 || Number(type) > most)) {
    refuse(badValue('unknown-code', 'Info.AlarmType', type, `1 to ${most} for AlarmMethod ${method}`));
    return undefined;
  }
  const event = param === '' || param === undefined ? undefined : param.EventType;
  const word = `${method}/${Number(type)}`;
  if (word === FLOW) return undefined;
  return event === undefined ? word : `${word} (EventType=${event})`;
}

/** Nought east and nought north is a device that does not know where it is. */
function placeOf({ Longitude = '', Latitude = '' }: Notify) {
  const [lng, lat] = [Number(Longitude), Number(Latitude)];
  return Longitude === '' || Latitude === '' || (lng === 0 && lat === 0) ? undefined : { lng, lat };
}
