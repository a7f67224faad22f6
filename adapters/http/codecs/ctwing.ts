import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import type { Device } from '../../../gateway/domain/device.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import { type Meaning, meaningOf, together, valueDrafts } from '../../vendor/value-map.ts';

/**
 * NB-IoT devices by CTWing's push (消息推送).
 * Source: ctwing.cn, "订阅推送", and public receivers of it.
 */
const common = {
  deviceId: z.string({ error: 'a device id' }).min(1),
  IMEI: z.string().optional(),
  timestamp: z.number(),
};
const BODY = 'an object with APPdata or serviceData';
const Report = z.discriminatedUnion(
  'messageType',
  [
    z.object({ ...common, messageType: z.literal('dataReport'), payload: z.looseObject({}, { error: BODY }) }),
    z.object({ ...common, messageType: z.literal('eventReport'), eventContent: z.looseObject({}) }),
    z.object({
      ...common,
      messageType: z.literal('deviceOnlineOfflineReport'),
      eventType: z.literal([0, 1], { error: '0 or 1' }),
    }),
    z.object({ ...common, messageType: z.literal('commandResponse') }),
  ],
  { error: 'dataReport, eventReport, deviceOnlineOfflineReport or commandResponse' },
);
type Report = z.infer<typeof Report>;

/** Fields of many makers' things models (物模型), where the record says nothing else. */
const KNOWN: Readonly<Record<string, string>> = {
  alarm_status: 'community.fire.smoke',
  fire_alarm: 'community.fire.smoke',
  smoke_alarm: 'community.fire.smoke',
  smoke_state: 'community.fire.smoke',
  gas_alarm: 'community.gas.leak',
  water_alarm: 'community.water.leak',
  tamper_alarm: 'device.tamper',
  battery_level: 'battery_pct',
  battery: 'battery_pct',
  rsrp: 'rsrp_dbm',
  temperature: 'temperature_c',
  humidity: 'humidity_pct',
};
const isMeasurement = (meaning: Meaning | undefined): boolean => typeof meaning === 'string' && !/[.:]/.test(meaning);

export default codec({
  family: 'ctwing',
  topics: ['vendors/ctwing'],
  pushed: { as: '/vendors/ctwing' },
  about: [
    '设备以 deviceId 或 IMEI 自称，登记为别名；字段含义写在 settings.map：{"Alarm_Status": {"0": "clear", "2": "community.fire.smoke"}, "Battery_Level": "battery_pct"}。',
    'A device goes by its deviceId or IMEI, as alias; settings.map says what fields mean: {"Alarm_Status": {"0": "clear", "2": "community.fire.smoke"}, "Battery_Level": "battery_pct"}.',
    'APPdata 的字节由 settings.appData 命名：{"Alarm_Status": 2} 表示第 2 字节（从 0 计）；未写时以 ff 开头的报文按此读取。',
    'settings.appData names bytes of APPdata: {"Alarm_Status": 2} is byte 2, from 0; without it a message that begins with ff is read so.',
  ],
  payload: Report,
  all: (report, context) => {
    const device = nameOf(report, context);
    const at = context.utc('timestamp', report.timestamp);
    switch (report.messageType) {
      case 'dataReport':
        return fieldDrafts(
          fieldsOf(report.payload, context.device(device), context),
          { device, at, isEvent: false },
          context,
        );
      case 'eventReport':
        return fieldDrafts(report.eventContent, { device, at, isEvent: true }, context);
      case 'deviceOnlineOfflineReport':
        return { status: [{ device, online: report.eventType === 1, at }] };
      case 'commandResponse':
        return {}; // we send none
      default:
        return report satisfies never;
    }
  },
});

/** The platform's id, or the IMEI where only that is known here. */
const nameOf = ({ deviceId, IMEI }: Report, { device }: MessageContext): string =>
  device(deviceId) === undefined && IMEI !== undefined && device(IMEI) !== undefined ? IMEI : deviceId;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(payload: Fields, device: Device | undefined, context: MessageContext): Fields {
  const { APPdata, serviceData } = payload;
  if (typeof APPdata === 'string') return bytesOf(APPdata, device, context);
  if (APPdata !== undefined) context.refuse(badValue('wrong-type', 'payload.APPdata', APPdata, 'base64'));
  if (serviceData === undefined) return payload;
  if (typeof serviceData === 'object' && serviceData !== null) return { ...serviceData };
  context.refuse(badValue('wrong-type', 'payload.serviceData', serviceData, 'an object'));
  return {};
}

/** Most makers begin with a byte of all ones, a type and the state. */
const USUAL: Fields = { Alarm_Status: 2 };
const USUAL_START = 0xff;

function bytesOf(base64: string, device: Device | undefined, { refuse }: MessageContext): Fields {
  const bytes = Buffer.from(base64, 'base64');
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(base64) && base64.length % 4 === 0;
  const layout = device?.settings?.['appData'] ?? (bytes[0] === USUAL_START ? USUAL : undefined);
  if (!isBase64) refuse(badValue('wrong-type', 'payload.APPdata', base64, 'base64'));
  else if (typeof layout !== 'object' || layout === null) {
    refuse(badValue('unknown-code', 'payload.APPdata', base64, 'bytes that settings.appData of the device names'));
  } else return namedBytes(bytes, { ...layout }, refuse);
  return {};
}

function namedBytes(bytes: Buffer, layout: Fields, refuse: MessageContext['refuse']): Fields {
  return Object.fromEntries(
    Object.entries(layout).flatMap(([name, offset]) => {
      const byte = bytes[Number(offset)];
      if (byte === undefined) {
        const expected = `at least ${Number(offset) + 1} bytes, for ${name}`;
        refuse(badValue('bad-length', 'payload.APPdata', `${bytes.length} bytes`, expected));
      }
      return byte === undefined ? [] : [[name, byte] as const];
    }),
  );
}

type Where = Readonly<{ device: string; at: number | undefined; isEvent: boolean }>;

/** The alarms of the fields, and in one report all that was measured; what an event measured in passing is left out. */
function fieldDrafts(fields: Fields, { device, at, isEvent }: Where, context: MessageContext): Drafts {
  const record = context.device(device);
  const known = Object.entries(fields).flatMap(([name, value]) => {
    const meaning = meaningOf(record, name) ?? KNOWN[name.toLowerCase()];
    return meaning === undefined || (isEvent && isMeasurement(meaning)) ? [] : [{ device, at, name, meaning, value }];
  });
  if (known.length === 0 && Object.keys(fields).length > 0) {
    const names = Object.keys(fields).join(', ');
    context.refuse(
      badValue('unknown-code', isEvent ? 'eventContent' : 'payload', names, 'fields that settings.map names'),
    );
  }
  const { signals = [], telemetry = [] } = together(known.map((valued) => valueDrafts(valued, context)));
  const values = Object.assign({}, ...telemetry.map((one) => one.values));
  return { signals, telemetry: telemetry.length === 0 ? [] : [{ device, at, values }] };
}
