import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { ok } from '../../../gateway/domain/result.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext, Reply } from '../../codec/definition.ts';
import { together } from '../../vendor/value-map.ts';
import { type Head, type Message, readFrame, writeFrame } from '../jt808/frame.ts';
import { wgs84Of } from '../jt808/gcj02.ts';
import { type Location, readBatch, readLocation } from '../jt808/location.ts';
import { SplitMessages } from '../jt808/split-messages.ts';

/**
 * Collars and patrol vehicles by JT/T 808, editions of 2013 and 2019: the platform's side of the conversation.
 * Source: JT/T 808-2019, clauses 7 and 8; SmallChi/JT808 for what terminals really send.
 */
const Frame = z.custom<ReturnType<typeof readFrame>>();

const ANSWER = 0x8001;
const REGISTERED = 0x8100;
const CONFIRM_SOS = 0x8203;
/** Results of the general answer (平台通用应答). */
const DONE = 0;
const FAILED = 1;
const WRONG = 2;
const NOT_SUPPORTED = 3;
/** Result of a registration (终端注册应答): no such terminal in the registry. */
const NO_SUCH_TERMINAL = 4;

const GENERAL_ANSWER = 0x0001;
/** Pictures and sound (多媒体): not wanted, and not kept. */
const MEDIA: readonly number[] = [0x0800, 0x0801];
/** Without an answer a terminal's emergency bit stays set: from the second time on it is confirmed by name. */
const SOS_MAX = 10_000;

class Memory {
  readonly split = new SplitMessages();
  /** Terminals whose last position had the emergency bit. */
  readonly sos = new Set<string>();
  #serial = 0;
  nextSerial = (): number => (this.#serial = (this.#serial + 1) & 0xffff);
}
type Context = MessageContext<Memory>;

export default codec<ReturnType<typeof readFrame>, Memory>({
  family: 'jt808',
  topics: ['JT/T 808 server'],
  about: [
    '终端以手机号（去掉前导零）自称，登记为编号或别名。',
    'A terminal goes by its number without leading noughts, as id or alias.',
    '发送 GCJ-02 坐标的终端写 settings: {"datum": "GCJ-02"}；护路车辆加标签 patrol：平时不留位置，求助时才留。',
    'A terminal that sends GCJ-02: settings {"datum": "GCJ-02"}; a patrol vehicle has the tag patrol: its place is kept with a call for help only.',
  ],
  format: 'bytes',
  memory: () => new Memory(),
  shape: (body) => ok(readFrame(body instanceof Uint8Array ? body : new Uint8Array())),
  payload: Frame,
  all: (frame, context) => {
    if (!frame.ok) {
      context.refuse(frame.error.fault);
      return { replies: frame.error.head === undefined ? [] : [answer(frame.error.head, WRONG, context)] };
    }
    const joined = context.memory.split.add(frame.value, context.receivedAt);
    if (joined === undefined) return {}; // answered with the last part, when all of it is durable
    if (joined === 'too-many') {
      context.refuse(badValue('too-large', 'packet', `${frame.value.head.split?.index}`, 'part 1 to 64 of at most 64'));
      return { replies: [answer(frame.value.head, WRONG, context)] };
    }
    const answered = messageDrafts(joined.message, context);
    const { head } = joined.message;
    const earlier = joined.serials.slice(0, -1).map((serial) => answer({ ...head, serial }, DONE, context));
    return { ...answered, replies: [...earlier, ...(answered.replies ?? [])] };
  },
});

function messageDrafts(message: Message, context: Context): Drafts {
  const { head, body } = message;
  switch (head.id) {
    case 0x0002:
      return { status: [{ device: head.phone, online: true }], replies: [answer(head, DONE, context)] };
    case 0x0003: // it signs off for good: what follows is silence
      return { replies: [answer(head, DONE, context)] };
    case 0x0100:
      return registration(head, context);
    case 0x0102:
      return authentication(head, context);
    case 0x0200:
      return positions(head, [body], context);
    case 0x0704: {
      const { items, fault } = readBatch(body);
      if (fault !== undefined) context.refuse(fault);
      return positions(head, items, context);
    }
    case GENERAL_ANSWER:
      return {};
    default:
      if (!MEDIA.includes(head.id)) {
        const id = `0x${head.id.toString(16).padStart(4, '0')}`;
        context.refuse(badValue('unknown-code', 'id', id, '0x0002, 0x0100, 0x0102, 0x0200 or 0x0704'));
      }
      return { replies: [answer(head, NOT_SUPPORTED, context)] };
  }
}

/** A terminal that the registry knows gets its code: keyed, so that nobody can make it up, and the same each time. */
function registration(head: Head, context: Context): Drafts {
  const isKnown = context.device(head.phone) !== undefined;
  const code = isKnown ? Buffer.from(codeOf(head.phone, context), 'latin1') : Buffer.alloc(0);
  const body = Buffer.concat([serialAnd(head.serial, Buffer.of(isKnown ? 0 : NO_SUCH_TERMINAL)), code]);
  const replies = [reply(REGISTERED, head, body, context)];
  if (!isKnown) context.refuse(stranger(head));
  return isKnown ? { status: [{ device: head.phone, online: true }], replies } : { replies };
}

/** The number is no secret and the code travels in the clear: it is taken as a greeting of a known terminal, no proof. */
function authentication(head: Head, context: Context): Drafts {
  const isKnown = context.device(head.phone) !== undefined;
  if (!isKnown) context.refuse(stranger(head));
  const replies = [answer(head, isKnown ? DONE : FAILED, context)];
  return isKnown ? { status: [{ device: head.phone, online: true }], replies } : { replies };
}

const codeOf = (phone: string, { pseudonym }: Context): string => pseudonym(`jt808 ${phone}`);
const stranger = ({ phone }: Head) =>
  badValue('unknown-device', 'number', phone, 'a device with this number as id or alias');

function positions(head: Head, bodies: readonly Buffer[], context: Context): Drafts {
  const read = bodies.map(readLocation);
  for (const one of read) if (!one.ok) context.refuse(one.error);
  const locations = read.flatMap((one) => (one.ok ? [one.value] : []));
  const isWrong = locations.length === 0 && read.length > 0;
  const isSos = locations.some((location) => location.isSos);
  const confirm = isSos && context.memory.sos.has(head.phone) ? [confirmSos(head, context)] : [];
  remember(head.phone, isSos, context.memory.sos);
  return {
    ...together(locations.map((location) => positionDrafts(head, location, context))),
    replies: [answer(head, isWrong ? WRONG : DONE, context), ...confirm],
  };
}

function remember(phone: string, isSos: boolean, sos: Set<string>): void {
  if (!isSos) sos.delete(phone);
  else if (sos.size < SOS_MAX) sos.add(phone);
}

function positionDrafts({ phone, serial }: Head, location: Location, context: Context): Drafts {
  const record = context.device(phone);
  const at = context.utc('time', location.time);
  const isShifted = /^gcj-?02$/i.test(String(record?.settings?.['datum'] ?? ''));
  const place = location.place !== undefined && isShifted ? wgs84Of(location.place) : location.place;
  const isKept = location.isSos || record?.tags?.includes('patrol') !== true;
  const sos = { device: phone, type: 'railway.patrol.sos', id: `${phone}:${serial}`, at, place };
  return {
    signals: location.isSos ? [sos] : [],
    telemetry: [{ device: phone, at, values: location.values, place: isKept ? place : undefined }],
  };
}

const reply = (id: number, head: Head, body: Uint8Array, { memory }: Context): Reply => ({
  topic: '',
  payload: writeFrame(id, head, memory.nextSerial(), body),
});

function serialAnd(serial: number, rest: Uint8Array): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(serial, 0);
  return Buffer.concat([bytes, rest]);
}

const answer = (head: Head, result: number, context: Context): Reply =>
  reply(ANSWER, head, serialAnd(head.serial, Buffer.of(head.id >> 8, head.id & 0xff, result)), context);

/** Confirms the emergency alarm (人工确认报警消息), whose bit a plain answer did not clear. Source: JT/T 808-2019, 8.36. */
const confirmSos = (head: Head, context: Context): Reply =>
  reply(CONFIRM_SOS, head, serialAnd(head.serial, Buffer.of(0, 0, 0, 1)), context);
