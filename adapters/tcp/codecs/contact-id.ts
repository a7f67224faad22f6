import { z } from 'zod';
import { badValue } from '../../../gateway/domain/bad-value.ts';
import { ok, type Result } from '../../../gateway/domain/result.ts';
import { codec } from '../../codec/codec.ts';
import type { Drafts, MessageContext, Reply } from '../../codec/definition.ts';
import { contactIdDrafts } from '../../vendor/contact-id-drafts.ts';
import { together } from '../../vendor/value-map.ts';
import { readContactId, readSia } from '../dc09/event.ts';
import {
  type Content,
  decrypt,
  type Frame,
  keyOf,
  readContent,
  readFrame,
  timestamp,
  writeAnswer,
} from '../dc09/frame.ts';

/**
 * Alarm panels by ANSI/SIA DC-09, the receiver's side of the conversation.
 * Source: DC-09-2013, clauses 5.4 (encryption), 5.5 (frames), 6 (answers); DC-05 and DC-03 for the events in them.
 */
const Received = z.custom<ReturnType<typeof readFrame>>();

/** How far the time of an encrypted frame may lie ahead of ours and behind it. Source: 5.5.1.9. */
const AHEAD_MAX_MS = 20_000;
const BEHIND_MAX_MS = 40_000;
/** Zone of every timestamp: GMT. */
const GMT = 'UTC';
const READERS: Readonly<Record<string, typeof readContactId>> = { 'ADM-CID': readContactId, 'SIA-DCS': readSia };

type Heard = Readonly<{ frame: Frame; content: Content; key: Buffer | undefined }>;

export default codec({
  family: 'contact-id',
  topics: ['DC-09 server'],
  about: [
    '主机以账号自称，登记为编号或别名；防区设备的别名写作 账号/防区，如 3609/015，或写在主机的 settings.zones。',
    'A panel goes by its account, as id or alias; the device of a zone has the alias account/zone, such as 3609/015, or stands in the panel’s settings.zones.',
    '加密主机：connection.password 为 AES 密钥（32、48 或 64 位十六进制），此后明文报文一律拒绝。',
    'An encrypted panel: connection.password is its AES key (32, 48 or 64 hex digits); plain frames of its account are then refused.',
  ],
  format: 'bytes',
  shape: (body) => ok(readFrame(body instanceof Uint8Array ? body : new Uint8Array())),
  payload: Received,
  all: (received, context) => {
    if (!received.ok) {
      context.refuse(received.error.fault);
      return {}; // on a bad frame there is no answer: the panel sends it again
    }
    const frame = received.value;
    const key = keyOf(context.device(frame.account)?.connection?.password);
    const content = contentOf(frame, key);
    if (!content.ok) {
      context.refuse(content.error);
      return { replies: [reply('DUH', frame, ']', frame.isEncrypted ? key : undefined)] };
    }
    return heard({ frame, content: content.value, key: frame.isEncrypted ? key : undefined }, context);
  },
});

function contentOf(frame: Frame, key: Buffer | undefined): Result<Content, ReturnType<typeof badValue>> {
  const refused = (expected: string) => ({ ok: false as const, error: badValue('signature', 'data', '', expected) });
  if (key !== undefined && !frame.isEncrypted) return refused('an encrypted frame: the account has a key');
  if (frame.isEncrypted && key === undefined) return refused('a plain frame: the account has no key');
  const plain = frame.isEncrypted && key !== undefined ? decrypt(frame.rest, key) : frame.rest;
  if (plain === undefined) return refused('a frame encrypted with the key of the account');
  const content = readContent(plain);
  if (content !== undefined) return ok(content);
  return { ok: false, error: badValue('unknown-code', 'data', plain, '[data]_HH:MM:SS,MM-DD-YYYY') };
}

function heard({ frame, content, key }: Heard, context: MessageContext): Drafts {
  const { account, sequence, isEncrypted } = frame;
  const time = isoOf(content.time);
  const now = context.receivedAt;
  if (isEncrypted && !isTimely(time, now)) {
    const expected = 'a time at most 20 s ahead and 40 s behind';
    context.refuse(badValue('bad-time', 'timestamp', content.time ?? '', expected));
    return { replies: [reply('NAK', { ...frame, sequence: '0000' }, `]${timestamp(now)}`, undefined)] };
  }
  const ack = reply('ACK', frame, key === undefined ? ']' : `]${timestamp(now)}`, key);
  if (frame.id === 'NULL') return { status: [{ device: account, online: true }], replies: [ack] };
  const read = READERS[frame.id];
  const events = read?.(content.data);
  if (events?.ok !== true) {
    context.refuse(events?.error ?? badValue('unknown-code', 'id', frame.id, 'ADM-CID, SIA-DCS or NULL'));
    return { replies: [reply('DUH', frame, key === undefined ? ']' : `]${timestamp(now)}`, key)] };
  }
  const at = context.local('timestamp', time, GMT);
  const when = time === undefined ? new Date(now).toISOString().slice(0, 10) : `${time.replace(' ', 'T')}Z`;
  const id = `${account}:${sequence}:${when}`;
  const drafts = events.value.map((event, index) =>
    contactIdDrafts(event, { account, id: index === 0 ? id : `${id}:${index + 1}`, at }, context),
  );
  return { ...together(drafts), replies: [ack] };
}

/** `04:30:30,11-24-2026` as `2026-11-24 04:30:30`: the month stands first. */
const isoOf = (time: string | undefined): string | undefined =>
  time?.replace(/^(.{8}),(\d\d)-(\d\d)-(\d{4})$/, '$4-$2-$3 $1');

function isTimely(time: string | undefined, now: number): boolean {
  const at = time === undefined ? Number.NaN : Date.parse(`${time.replace(' ', 'T')}Z`);
  return at <= now + AHEAD_MAX_MS && at >= now - BEHIND_MAX_MS;
}

const reply = (id: string, frame: Frame, content: string, key: Buffer | undefined): Reply => ({
  topic: '',
  payload: writeAnswer(id, frame.sequence, frame, content, key),
});
