import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { ok } from '../../../gateway/domain/result.ts';
import { codec } from '../../codec/codec.ts';
import type { MessageContext, Reply } from '../../codec/definition.ts';
import { LocalTime } from '../../codec/device-time.ts';
import { jsonWithin, recordOf } from '../../codec/json-within.ts';
import { knownAs } from '../../codec/known-as.ts';

/** Access terminals that push their records over MQTT. Source: resellers' documents (km.jsske.com), public handlers. */
const family = 'face-terminal';

/** Numbers come as texts on some firmware and as numbers on other. */
const NumberText = z.union([z.string(), z.number()], { error: 'text' }).transform(String);
const Id = NumberText.pipe(z.string().min(1).max(64));

const RESULTS = new Map([
  ['1', 'granted'],
  ['2', 'denied'],
  ['22', 'pending'],
] as const);
const VERIFIED = '1 allowed, 2 denied, 22 pending';
const Verified = NumberText.pipe(z.enum(['1', '2', '22'], { error: VERIFIED }));

/** What names or shows the person at the door; the makers' own slips are in the seam's list. */
const PERSONAL = [
  'name',
  'facesname',
  'username',
  'password',
  'native',
  'nation',
  'address',
  'birthday',
  'gender',
  'notes',
  'sex',
  'age',
  'temp',
  'temperature',
  'persontype',
  'cardtype2',
];
const CREDENTIALS = ['customid', 'personid', 'personuuid', 'rfidcard', 'cardno', 'cardnum2', 'mjcardno', 'wiegandno'];
/** Terminals that cannot turn their pictures off send hundreds of kilobytes of base64. */
const MAX_BYTES = 1024 * 1024;

const RECORD = z.object({
  operator: z.enum(['RecPush', 'VerifyPush', 'StrSnapPush'], { error: 'RecPush or VerifyPush' }),
  info: z.object({
    facesluiceId: Id.optional(),
    RecordID: Id.optional(),
    time: LocalTime.optional(),
    VerifyStatus: Verified.optional(),
    direction: z.string().max(16).nullish(),
    customId: NumberText.nullish(),
    personId: NumberText.nullish(),
    RFIDCard: NumberText.nullish(),
  }),
});

/** JSON inside JSON: `info`, or the whole, as a text. */
function unwrapped(body: unknown) {
  const outer = recordOf(jsonWithin(body));
  return ok(outer === undefined ? body : { ...outer, info: jsonWithin(outer['info']) ?? pickId(outer) });
}
/** Some firmware puts the terminal's id at the top. */
const pickId = ({ facesluiceId }: Readonly<Record<string, unknown>>) => ({ facesluiceId });

const record = codec({
  family,
  topics: ['mqtt/face/{terminal}/Rec', 'mqtt/device/{code}/{terminal}/Rec'],
  listens: ['mqtt/face/{terminal}', 'mqtt/device/{code}/{terminal}'],
  about: [
    '终端由 facesluiceId 找到，写入设备档案的 aliases；time 是本地时间，档案里要写 zone。The terminal is found by facesluiceId; its time is local, so the record names a zone.',
    '姓名、证件、照片、相似度、电话、体温一律不保存；customId、卡号只留带密钥的化名。Names, identity numbers, pictures, scores, telephone numbers and temperatures are removed; customId and card numbers stay as keyed pseudonyms.',
    '记录落盘后回 PushAck，否则终端会一直重发。A record is answered with PushAck once it is durable, or the terminal sends it again.',
    '陌生人抓拍（Snap、StrSnapPush）不订阅、不读取。Snapshots of strangers are neither subscribed nor read.',
    '请在终端上设置 RecordUploadType，使其不带照片。Set RecordUploadType at the terminal so that no picture is sent.',
  ],
  personal: PERSONAL,
  credentials: CREDENTIALS,
  maxBytes: MAX_BYTES,
  shape: unwrapped,
  payload: RECORD,
  answer: pushAck,
  access: ({ operator, info }, context) => {
    if (operator === 'StrSnapPush') return [];
    if (info.VerifyStatus === undefined) {
      context.refuse(badValue('missing-field', 'info.VerifyStatus', '', VERIFIED));
      return [];
    }
    const device = nameOf(context, info.facesluiceId);
    const who = [info.customId, info.personId, info.RFIDCard].find(
      (one) => one !== undefined && one !== null && one !== '',
    );
    return [
      {
        device,
        at: context.local('info.time', info.time, context.device(device)?.zone),
        id:
          info.RecordID === undefined ? undefined : `${info.facesluiceId ?? context.part('terminal')}:${info.RecordID}`,
        result: RESULTS.get(info.VerifyStatus) ?? 'pending',
        direction: info.direction === 'entr' ? 'in' : info.direction === 'exit' ? 'out' : undefined,
        credential: who === undefined || who === null ? undefined : context.pseudonym(who),
      },
    ];
  },
});

const nameOf = (context: MessageContext<unknown>, id: string | undefined): string =>
  knownAs(context, [id, context.part('terminal')]);

/** Also of a record that could not be understood: its dead letter is durable, and it would come again for ever. */
function pushAck(body: unknown, topic: string): readonly Reply[] {
  const outer = recordOf(jsonWithin(body));
  const info = recordOf(jsonWithin(outer?.['info']));
  const id = info?.['RecordID'] ?? info?.['SnapOrRecordID'];
  const terminal = info?.['facesluiceId'] ?? topic.split('/').at(-2);
  if (typeof id !== 'string' && typeof id !== 'number') return [];
  const payload = { operator: 'PushAck', info: { facesluiceId: terminal, PushAckType: 2, SnapOrRecordID: id } };
  return [{ topic: topic.replace(/\/[^/]*$/, ''), payload: JSON.stringify(payload) }];
}

const PRESENCE = z.object({
  operator: z.enum(['HeartBeat', 'Online', 'Offline'], { error: 'HeartBeat, Online or Offline' }),
  info: z.object({
    facesluiceId: z.union([z.string(), z.number()], { error: 'the id of the terminal' }).transform(String),
  }),
});

const presence = codec({
  family,
  topics: ['mqtt/face/heartbeat', 'mqtt/face/basic', 'mqtt/device/{code}/heartbeat', 'mqtt/device/{code}/basic'],
  personal: PERSONAL,
  shape: unwrapped,
  payload: PRESENCE,
  status: ({ operator, info }, context) => [
    { device: nameOf(context, info.facesluiceId), online: operator !== 'Offline' },
  ],
});

const acknowledged = codec({
  family,
  topics: ['mqtt/face/{terminal}/Ack', 'mqtt/device/{code}/{terminal}/Ack'],
  personal: PERSONAL,
  credentials: CREDENTIALS,
  maxBytes: MAX_BYTES,
  payload: z.unknown(),
  // what it answered to a command: nothing about the door
  signals: () => [],
});

const unread = codec({
  family,
  topics: ['mqtt/face/{terminal}/Snap', 'mqtt/device/{code}/{terminal}/Snap'],
  format: 'bytes',
  isUnread: true,
  maxBytes: MAX_BYTES,
  payload: z.instanceof(Uint8Array),
  signals: () => [],
});

export default [record, presence, acknowledged, unread];
