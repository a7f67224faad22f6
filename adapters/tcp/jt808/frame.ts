import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';

/** JT/T 808-2013 and -2019, clause 4.4: how a message is wrapped. All numbers are big-endian. */
export const FLAG = 0x7e;
const ESCAPE = 0x7d;
const ESCAPED: Readonly<Record<number, number>> = { 1: ESCAPE, 2: FLAG };

export type Head = Readonly<{
  id: number;
  /** Of 2019 onwards: it stands in the header; undefined in 2013's. */
  version: number | undefined;
  /** The terminal's number without its leading noughts. */
  phone: string;
  serial: number;
  /** Of a message in several parts (分包), counted from 1. */
  split: Readonly<{ total: number; index: number }> | undefined;
}>;
export type Message = Readonly<{ head: Head; body: Buffer }>;
/** A frame that is at fault, with as much of its head as could be read, for the answer. */
export type Broken = Readonly<{ fault: BadValue; head: Head | undefined }>;

const CHECKSUM_BYTES = 1;
const SHORTEST_BYTES = 12 + CHECKSUM_BYTES;

/** Takes a frame apart, with or without its flags. Never throws. */
export function readFrame(bytes: Uint8Array): Result<Message, Broken> {
  const inner = withoutEscapes(withoutFlags(bytes));
  if (inner === undefined) return broken(badValue('unknown-code', 'escape', hex(bytes), '7d 01 or 7d 02'), undefined);
  if (inner.length < SHORTEST_BYTES) {
    return broken(
      badValue('bad-length', '(frame)', `${inner.length} bytes`, `at least ${SHORTEST_BYTES} bytes`),
      undefined,
    );
  }
  const read = readHead(inner);
  if (read === undefined)
    return broken(badValue('bad-length', 'header', `${inner.length} bytes`, 'a whole header'), undefined);
  const { head, size, bodyBytes, isEncrypted } = read;
  const [found, expected] = [inner.at(-1) ?? 0, checksum(inner.subarray(0, -1))];
  if (found !== expected) return broken(badValue('bad-checksum', 'checksum', byte(found), byte(expected)), head);
  const body = inner.subarray(size, -1);
  if (body.length !== bodyBytes) {
    return broken(badValue('bad-length', 'properties', `${body.length} bytes`, `${bodyBytes} bytes of body`), head);
  }
  if (isEncrypted) return broken(badValue('unknown-version', 'properties', 'encrypted', 'a body in plain text'), head);
  return ok({ head, body });
}

const broken = (fault: BadValue, head: Head | undefined) => failed({ fault, head });
const byte = (value: number): string => value.toString(16).padStart(2, '0');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes.subarray(0, 16)).toString('hex');

function withoutFlags(bytes: Uint8Array): Uint8Array {
  const start = bytes[0] === FLAG ? 1 : 0;
  const end = bytes.length > start && bytes.at(-1) === FLAG ? bytes.length - 1 : bytes.length;
  return bytes.subarray(start, end);
}

function withoutEscapes(bytes: Uint8Array): Buffer | undefined {
  const plain = Buffer.alloc(bytes.length);
  let length = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    let value = bytes[index];
    if (value === ESCAPE) value = ESCAPED[bytes[++index] ?? 0];
    if (value === undefined) return undefined;
    plain[length++] = value;
  }
  return plain.subarray(0, length);
}

export const checksum = (bytes: Uint8Array): number => bytes.reduce((sum, value) => sum ^ value, 0);

const LENGTH_BITS = 0x3ff;
const ENCRYPTION_BITS = 0x1c00;
const SPLIT_BIT = 0x2000;
const VERSION_BIT = 0x4000;

function readHead(bytes: Buffer) {
  const properties = bytes.readUInt16BE(2);
  const hasVersion = (properties & VERSION_BIT) !== 0;
  const isSplit = (properties & SPLIT_BIT) !== 0;
  const [phoneAt, phoneBytes] = hasVersion ? [5, 10] : [4, 6];
  const serialAt = phoneAt + phoneBytes;
  const size = serialAt + 2 + (isSplit ? 4 : 0);
  if (bytes.length < size + CHECKSUM_BYTES) return undefined;
  const digits = bytes.subarray(phoneAt, serialAt).toString('hex');
  const head: Head = {
    id: bytes.readUInt16BE(0),
    version: hasVersion ? bytes.readUInt8(4) : undefined,
    phone: digits.replace(/^0+(?=.)/, ''),
    serial: bytes.readUInt16BE(serialAt),
    split: isSplit ? { total: bytes.readUInt16BE(serialAt + 2), index: bytes.readUInt16BE(serialAt + 4) } : undefined,
  };
  return { head, size, bodyBytes: properties & LENGTH_BITS, isEncrypted: (properties & ENCRYPTION_BITS) !== 0 };
}

/** A message of ours to a terminal, wrapped as it wraps its own. */
export function writeFrame(
  id: number,
  { phone, version }: Pick<Head, 'phone' | 'version'>,
  serial: number,
  body: Uint8Array,
): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE((body.length & LENGTH_BITS) | (version === undefined ? 0 : VERSION_BIT), 2);
  const number = Buffer.from(phone.padStart(version === undefined ? 12 : 20, '0'), 'hex');
  const tail = Buffer.alloc(2);
  tail.writeUInt16BE(serial, 0);
  const inner = Buffer.concat([head, ...(version === undefined ? [] : [Buffer.of(version)]), number, tail, body]);
  const whole = [...inner, checksum(inner)];
  const escaped = whole.flatMap((value) => (value === FLAG ? [ESCAPE, 2] : value === ESCAPE ? [ESCAPE, 1] : [value]));
  return Buffer.from([FLAG, ...escaped, FLAG]);
}
