import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import { check } from '../../../gateway/domain/zod-fault.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext } from '../../codec/definition.ts';
import { readJson, readText } from '../../codec/payload.ts';
import { meaningOf, together, valueDrafts } from '../../vendor/value-map.ts';
import { memberText } from '../member-text.ts';

/**
 * NB-IoT devices by OneNET's push (数据推送), the classic interface.
 * Source: open.iot.10086.cn, "HTTP 推送", with the order of what is signed as seen in its demo receivers.
 */
const Millis = z.number({ error: 'milliseconds since 1970' });
const DeviceNumber = z.union([z.int(), z.string().min(1)], { error: 'a device number' }).transform(String);
const common = { dev_id: DeviceNumber, imei: z.string().optional(), at: Millis };
const Message = z.discriminatedUnion(
  'type',
  [
    z.object({
      ...common,
      type: z.literal(1),
      ds_id: z.string({ error: 'object_instance_resource, such as 3200_0_5500' }).min(1),
      value: z.union([z.number(), z.string(), z.boolean(), z.looseObject({})]),
    }),
    z.object({
      ...common,
      type: z.literal(2),
      status: z.literal([0, 1], { error: '0 or 1' }),
      login_type: z.unknown(),
    }),
    z.object({ ...common, type: z.literal(7) }),
  ],
  { error: '1, 2 or 7' },
);
type Message = z.infer<typeof Message>;

const Envelope = z.object({
  /** What was signed, as it stands in the body. */
  signed: z.string(),
  msg: z.union([z.array(z.unknown()).max(256), z.looseObject({})], { error: 'an object or a list of objects' }),
  msg_signature: z.string({ error: 'base64(md5(token + nonce + msg))' }),
  nonce: z.string({ error: 'the nonce of the push' }),
});

const LOW_BATTERY = '3_0_9';
/** Names of the IPSO and LwM2M objects that need no map: the device's battery, percent. */
const KNOWN: Readonly<Record<string, string>> = { [LOW_BATTERY]: 'battery_pct' };

export default codec({
  family: 'onenet',
  topics: ['vendors/onenet'],
  pushed: { as: '/vendors/onenet', isSigned: true, echo },
  about: [
    '设备以 dev_id 或 imei 自称，登记为别名；数据流 ds_id 映射到报警类型：types: {"3200_0_5500": "community.fire.smoke"}。',
    'A device goes by its dev_id or imei, as alias; types map a data stream: {"3200_0_5500": "community.fire.smoke"}.',
    '遥测名写在 settings.map：{"3303_0_5700": "temperature_c"}。',
    'Names of measurements stand in settings.map: {"3303_0_5700": "temperature_c"}.',
  ],
  format: 'bytes',
  shape: (body) => readEnvelope(body instanceof Uint8Array ? body : new Uint8Array()),
  payload: Envelope,
  all: (envelope, context) => {
    const fault = signatureFault(envelope, context.secret('onenet'));
    if (fault !== undefined) {
      context.refuse(fault);
      return {};
    }
    return together(
      [envelope.msg].flat().map((message, index) => messageDrafts(message, index, envelope.msg, context)),
    );
  },
});

/** The newer studio sends its message as text under another signature, and an encrypted one stands in `enc_msg`. */
function readEnvelope(body: Uint8Array): Result<unknown, BadValue> {
  const [read, text] = [readJson(body), readText(body)];
  if (!read.ok || !text.ok) return read;
  const { value } = read;
  if (typeof value !== 'object' || value === null) return ok(value);
  const other = 'enc_msg' in value ? 'enc_msg' : 'msg' in value && typeof value.msg === 'string' ? 'msg' : undefined;
  if (other !== undefined) {
    return failed(badValue('unknown-version', other, '', 'the classic push in plain text: msg, msg_signature, nonce'));
  }
  return ok({ ...value, signed: memberText(text.value, 'msg') ?? '' });
}

type Envelope = z.infer<typeof Envelope>;

function signatureFault({ signed, msg_signature, nonce }: Envelope, token: string | undefined): BadValue | undefined {
  const isRight = token !== undefined && isSame(signatureOf(token, nonce, signed), msg_signature);
  if (isRight) return undefined;
  const shown = `${msg_signature.slice(0, SIGNATURE_SHOWN_CHARS)}…`; // enough to compare, too little to use
  return badValue('signature', 'msg_signature', shown, 'base64(md5(token + nonce + msg))');
}
const SIGNATURE_SHOWN_CHARS = 4;

const signatureOf = (token: string, nonce: string, msg: string): string =>
  createHash('md5').update(`${token}${nonce}${msg}`).digest('base64');

/** Some senders leave base64 as a URL left it: a blank for a plus. */
function isSame(right: string, said: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(said.replaceAll(' ', '+'))];
  return a.length === b.length && timingSafeEqual(a, b);
}

function messageDrafts(message: unknown, index: number, whole: unknown, context: MessageContext): Drafts {
  const field = Array.isArray(whole) ? `msg[${index}]` : 'msg';
  const checked = check(Message, message);
  if (checked.ok) return draftsOf(checked.value, context);
  for (const fault of checked.error) {
    context.refuse({ ...fault, field: fault.field === '(payload)' ? field : `${field}.${fault.field}` });
  }
  return {};
}

function draftsOf(message: Message, context: MessageContext): Drafts {
  const device = nameOf(message, context);
  const at = context.utc('at', message.at);
  switch (message.type) {
    case 1: {
      const meaning =
        meaningOf(context.device(device), message.ds_id) ?? KNOWN[message.ds_id] ?? `onenet:${message.ds_id}`;
      return valueDrafts({ device, at, name: message.ds_id, meaning, value: message.value }, context);
    }
    case 2:
      return { status: [{ device, online: message.status === 1, at }] };
    case 7:
      return {}; // the result of a command: we send none
    default:
      return message satisfies never;
  }
}

/** The device number, or the IMEI where only that is known here. */
const nameOf = ({ dev_id, imei }: Message, { device }: MessageContext): string =>
  device(dev_id) === undefined && imei !== undefined && device(imei) !== undefined ? imei : dev_id;

/** OneNET asks once whether the address is ours: who can sign its text may have it back. */
function echo({ msg, nonce, signature }: Readonly<Record<string, unknown>>, token: string): string | undefined {
  const isAsked = typeof msg === 'string' && typeof nonce === 'string' && typeof signature === 'string';
  return isAsked && isSame(signatureOf(token, nonce, msg), signature) ? msg : undefined;
}
