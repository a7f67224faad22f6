import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import { crc16 } from '../../vendor/crc16.ts';

/** ANSI/SIA DC-09-2013, clause 5.5: LF, CRC, length, the text from the first quote on, CR. */
export const LF = 0x0a;
export const CR = 0x0d;

export type Frame = Readonly<{
  /** `ADM-CID`, `SIA-DCS`, `NULL`, without the star of an encrypted one. */
  id: string;
  isEncrypted: boolean;
  sequence: string;
  /** Receiver (`R…`, may be missing) and line (`L…`), as they stand. */
  receiver: string;
  line: string;
  account: string;
  /** Behind the account's bracket: the data and the time, or their cipher in hex. */
  rest: string;
}>;
/** What is at fault, and the frame where an answer can be given to it. */
export type Broken = Readonly<{ fault: BadValue; frame: Frame | undefined }>;

const OUTER = /^([0-9A-F]{4})0([0-9A-F]{3})(".*)$/is;
const INNER = /^"(\*?)([A-Z-]{1,16})"(\d{4})(R[0-9A-F]{1,6})?(L[0-9A-F]{1,6})(?:#([0-9A-F]{1,16}))?\[(.*)$/is;

export function readFrame(bytes: Uint8Array): Result<Frame, Broken> {
  const text = Buffer.from(bytes).toString('latin1').replace(/^\n+/, '').replace(/\r$/, '');
  const [, crc = '', length = '', body] = OUTER.exec(text) ?? [];
  if (body === undefined) return broken('bad-length', '(frame)', text, 'CRC, length and a quoted name');
  const expected = hex(crc16(Buffer.from(body, 'latin1'), 0), 4);
  if (crc.toUpperCase() !== expected) return broken('bad-checksum', 'CRC', crc, expected);
  if (Number.parseInt(length, 16) !== body.length) return broken('bad-length', 'length', length, hex(body.length, 3));
  const [, star, id = '', sequence = '', receiver = '', line = '', account = '', rest] = INNER.exec(body) ?? [];
  if (rest === undefined) return broken('unknown-code', '(frame)', body, '"ID"0001L0#account[data]');
  return ok({ id: id.toUpperCase(), isEncrypted: star === '*', sequence, receiver, line, account, rest });
}

const broken = (reason: BadValue['reason'], field: string, value: string, expected: string) =>
  failed({ fault: badValue(reason, field, value, expected), frame: undefined });
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

export type Content = Readonly<{ data: string; time: string | undefined }>;
const CONTENT = /^([^\]]*)\]((?:\[[^\]]*\])*)(?:_(\d\d:\d\d:\d\d,\d\d-\d\d-\d{4}))?$/;

/** `#3609|1131 01 015]_04:30:30,11-24-2026` taken apart; the blocks behind the data (places, links) are passed over. */
export function readContent(rest: string): Content | undefined {
  const [, data, , time] = CONTENT.exec(rest) ?? [];
  return data === undefined ? undefined : { data, time };
}

const BLOCK_BYTES = 16;
const NO_IV = Buffer.alloc(BLOCK_BYTES);
const KEY_BYTES: readonly number[] = [16, 24, 32];

/** A key of 128, 192 or 256 bits in hex; undefined for another text. */
export function keyOf(text: string | undefined): Buffer | undefined {
  if (text === undefined || !/^[0-9a-f]+$/i.test(text)) return undefined;
  const key = Buffer.from(text, 'hex');
  return KEY_BYTES.includes(key.length) ? key : undefined;
}

/** The plain text behind the bracket: padding and `|` are gone. Undefined where the key is not the right one. */
export function decrypt(cipher: string, key: Buffer): string | undefined {
  if (!/^(?:[0-9a-f]{32})+$/i.test(cipher)) return undefined;
  const opener = createDecipheriv(`aes-${key.length * 8}-cbc`, key, NO_IV).setAutoPadding(false);
  const plain = Buffer.concat([opener.update(cipher, 'hex'), opener.final()]).toString('latin1');
  const bar = plain.indexOf('|');
  if (bar === -1 || bar > BLOCK_BYTES || readContent(plain.slice(bar + 1)) === undefined) return undefined;
  return plain.slice(bar + 1);
}

/** Padding of unlike letters to whole blocks, a bar, the content. Source: DC-09, 5.4.4. */
export function encrypt(content: string, key: Buffer): string {
  const missing = BLOCK_BYTES - ((content.length + 1) % BLOCK_BYTES);
  const padding = randomBytes(missing).toString('base64url').slice(0, missing);
  const sealer = createCipheriv(`aes-${key.length * 8}-cbc`, key, NO_IV).setAutoPadding(false);
  return sealer.update(`${padding}|${content}`, 'latin1', 'hex') + sealer.final('hex');
}

/** `_HH:MM:SS,MM-DD-YYYY` in GMT. */
export function timestamp(at: number): string {
  const iso = new Date(at).toISOString();
  return `_${iso.slice(11, 19)},${iso.slice(5, 10)}-${iso.slice(0, 4)}`;
}

type Answered = Pick<Frame, 'receiver' | 'line' | 'account'>;

/** ACK, DUH or NAK in the words of the frame that it answers; with a key it is encrypted as that one was. */
export function writeAnswer(
  id: string,
  sequence: string,
  to: Answered,
  content: string,
  key: Buffer | undefined,
): Buffer {
  const account = to.account === '' ? '' : `#${to.account}`;
  const inner = key === undefined ? content : encrypt(content, key).toUpperCase();
  const body = `"${key === undefined ? '' : '*'}${id}"${sequence}${to.receiver}${to.line}${account}[${inner}`;
  return Buffer.from(`\n${hex(crc16(Buffer.from(body, 'latin1'), 0), 4)}0${hex(body.length, 3)}${body}\r`, 'latin1');
}
