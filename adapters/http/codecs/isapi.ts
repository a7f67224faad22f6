import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import { channelDevice, type Owner, ownerOf } from '../../vendor/channel-device.ts';
import { AccessControllerEvent, accessDrafts } from '../isapi/access-event.ts';
import { Runs } from '../isapi/runs.ts';
import { cameraTime, listOf, MaybeNumber, Words } from '../isapi/values.ts';

/**
 * Hikvision's events: parts of the alert stream (布防) and pushes (HTTP 监听), XML of three namespaces and JSON alike.
 * Source: ISAPI developer guide (Event); mezz64/pyHik and maciej-or/hikvision_next for what cameras really send.
 */
const Alert = z.object({
  macAddress: z.string().optional(),
  ipAddress: z.string().optional(),
  channelID: MaybeNumber,
  dynChannelID: MaybeNumber,
  dateTime: z.string({ error: 'ISO 8601' }).optional(),
  activePostCount: MaybeNumber,
  eventType: z.string({ error: 'an event type, such as VMD' }).min(1, { error: 'an event type, such as VMD' }),
  eventState: z.enum(['active', 'inactive'], { error: 'active or inactive' }),
  inputIOPortID: MaybeNumber,
  dynInputIOPortID: MaybeNumber,
  isDataRetransmission: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
  DetectionRegionList: z.unknown().optional(),
  DurationList: z.unknown().optional(),
  AccessControllerEvent: AccessControllerEvent.optional(),
});
type Alert = z.infer<typeof Alert>;
type Context = MessageContext<Runs>;

/** Kinds of event that tell of faces, persons or plates: passed over unread, on purpose. */
const OF_PERSONS =
  /^(?:face|anpr$|vehicledetection|vehicleMatch|humanRecognition|mixedTargetDetection|.*Capture$|alarmResult)/i;
const HEARTBEAT = /^videoloss$/i;
/** Access terminals say it in a word of its own, in either state. */
const OWN_HEARTBEAT = /^heart[ _]?beat$/i;

export default codec<Alert, Runs>({
  family: 'isapi',
  topics: ['vendors/isapi', 'isapi/{device}/stream', 'ISAPI/Event/notification/alertStream'],
  pushed: { as: '/vendors/isapi' },
  about: [
    '设备以 MAC 地址加通道号自称，如 00:00:5e:00:53:0a/1，登记为别名；录像机 32 以上为 IP 通道，减 32。',
    'A device goes by its MAC and channel, such as 00:00:5e:00:53:0a/1, as alias; a recorder’s channels above 32 are its IP channels, less 32.',
    'videoloss inactive 是心跳；多数事件没有结束，10 秒无重复即视为结束（settings.silenceMs）。',
    'videoloss inactive is the heartbeat; most events have no end: 10 s without a repeat end them (settings.silenceMs).',
    'IO 报警输入可按端口映射：types: {"IO/3": "community.panic"}。',
    'An alarm input can be named by its port: types: {"IO/3": "community.panic"}.',
  ],
  format: 'xml',
  personal: ['name', 'anpr', 'facerect', 'pictureurl', 'remotehostaddr', 'netuser'],
  credentials: ['employeeno', 'employeenostring', 'cardno'],
  memory: () => new Runs(),
  shape: (body) => {
    if (typeof body !== 'object' || body === null) {
      return failed(badValue('missing-field', 'eventType', '', 'an event type, such as VMD'));
    }
    const inner = 'EventNotificationAlert' in body ? body.EventNotificationAlert : undefined; // JSON of some terminals
    return ok(typeof inner === 'object' && inner !== null ? inner : body);
  },
  payload: Alert,
  all: (alert, context) => {
    const owner = ownerOf(context, [context.part('device'), ...spellings(alert.macAddress), alert.ipAddress]);
    const isBeat = HEARTBEAT.test(alert.eventType) && alert.eventState === 'inactive';
    if (isBeat || OWN_HEARTBEAT.test(alert.eventType)) return heartbeat(alert, owner, context);
    if (OF_PERSONS.test(alert.eventType)) return {};
    const device = channelDevice(context, owner, channelOf(alert), 'channelID');
    if (device === undefined) return {};
    const at = cameraTime(context, alert.dateTime, context.device(device)?.zone);
    const { AccessControllerEvent: access } = alert;
    if (access !== undefined) return accessDrafts({ access, device, at, owner: owner.names[0] ?? device }, context);
    return { signals: typesOf(alert, context).map((type) => signalOf(alert, { device, type, at }, context)) };
  },
});

const channelOf = ({ channelID, dynChannelID }: Alert): number | undefined => dynChannelID ?? channelID;

/** MAC addresses are written in either case, by devices and by people. */
const spellings = (mac: string | undefined): readonly string[] =>
  mac === undefined ? [] : [...new Set([mac, mac.toLowerCase(), mac.toUpperCase()])];

/** Of a recorder it says that the recorder is there, whatever channel it names. */
function heartbeat(alert: Alert, owner: Owner, context: Context): Drafts {
  const isRecorder = owner.device?.kind === 'recorder';
  const device = isRecorder ? owner.device?.id : channelDevice(context, owner, channelOf(alert), 'channelID');
  if (device === undefined) return {};
  const seen = isRecorder ? context.device(`${owner.names[0]}/${channelOf(alert)}`)?.id : device;
  const type = 'isapi:videoloss (active)';
  const isBack = seen !== undefined && context.isActive(seen, type);
  return {
    status: [{ device, online: true }],
    signals: isBack ? [{ device: seen, type, at: cameraTime(context, alert.dateTime, undefined), active: false }] : [],
  };
}

/** Most alerts are of one kind; `duration` goes on with those that it lists. */
function typesOf({ eventType, DurationList }: Alert, { refuse }: Context): readonly string[] {
  if (!/^duration$/i.test(eventType)) return [eventType];
  const related = Words.parse(listOf(listOf([DurationList], 'Duration'), 'relationEvent'));
  const field = 'DurationList.Duration.relationEvent';
  if (related.length === 0) refuse(badValue('missing-field', field, '', 'the event that goes on'));
  return related;
}

type Said = Readonly<{ device: string; type: string; at: number | undefined }>;

function signalOf(alert: Alert, { device, type, at }: Said, context: Context) {
  const active = alert.eventState === 'active';
  const settings = context.device(device)?.settings;
  const started = context.memory.startOf({
    run: `${device} ${type}`,
    active,
    dateTime: alert.dateTime ?? '',
    isFirst: alert.activePostCount === 1 && alert.eventType === type,
    at: context.receivedAt,
    silenceMs: Number(settings?.['silenceMs'] ?? undefined),
  });
  const id = started === '' ? undefined : `${alert.macAddress ?? ''}:${channelOf(alert) ?? ''}:${type}:${started}`;
  return {
    device,
    type: wordOf(alert, type, device, context),
    id: id === undefined ? undefined : active ? id : `${id}:end`,
    at,
    active,
    text: active ? textOf(alert) : undefined,
    isReplay: String(alert.isDataRetransmission) === 'true' ? true : undefined,
  };
}

/** An alarm input by its port, where the record has a type for that one. */
function wordOf(alert: Alert, type: string, device: string, { device: find }: Context): string {
  const port = alert.dynInputIOPortID ?? alert.inputIOPortID;
  const ofPort = `${type}/${port}`;
  if (port !== undefined && find(device)?.types?.[ofPort] !== undefined) return ofPort;
  return HEARTBEAT.test(type) ? 'isapi:videoloss (active)' : `isapi:${type}`;
}

function textOf({ DetectionRegionList, inputIOPortID, dynInputIOPortID }: Alert): string | undefined {
  const port = dynInputIOPortID ?? inputIOPortID;
  const regions = listOf([DetectionRegionList], 'DetectionRegionEntry').map((entry) =>
    [
      ...Words.parse(listOf([entry], 'regionID')).map((id) => `region ${id}`),
      ...Words.parse(listOf([entry], 'detectionTarget')),
    ].join(', '),
  );
  const said = [...(port === undefined ? [] : [`input ${port}`]), ...regions].filter((text) => text !== '');
  return said.length === 0 ? undefined : said.join('; ').slice(0, TEXT_MAX_CHARS);
}
const TEXT_MAX_CHARS = 500;
