import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';

/** GB/T 26875.3-2011, clause 6: how a packet (数据包) is made. All numbers are little-endian. */
export const START = Buffer.from('@@');
export const END = Buffer.from('##');
/** Both marks, the control unit of 25 bytes and the sum. */
export const FRAME_LEAST_BYTES = 30;
/** Longest application data (应用数据单元). Source: 6.2. */
export const DATA_MAX_BYTES = 1024;
/** Where the length of the data stands, from the start of the packet. */
export const LENGTH_AT = 24;
const DATA_AT = 27;

export type Head = Readonly<{
  serial: number;
  version: Buffer;
  /** Second, minute, hour, day, month, year: `2026-11-24 12:30:39`. */
  time: string;
  /** The transmitter's address, most significant byte first, in hex. */
  source: string;
  command: number;
  /** As they stand in the packet, for the answer. */
  sourceBytes: Buffer;
  targetBytes: Buffer;
}>;
export type Packet = Readonly<{ head: Head; data: Buffer }>;
export type Broken = Readonly<{ fault: BadValue; head: Head | undefined }>;

export function readPacket(bytes: Uint8Array): Result<Packet, Broken> {
  const whole = Buffer.from(bytes);
  if (whole.length < FRAME_LEAST_BYTES || !whole.subarray(0, 2).equals(START) || !whole.subarray(-2).equals(END)) {
    const fault = badValue('bad-length', '(frame)', `${whole.length} bytes`, '@@ … ## of at least 30 bytes');
    return failed({ fault, head: undefined });
  }
  const head = headOf(whole);
  const data = whole.subarray(DATA_AT, -3);
  if (data.length !== whole.readUInt16LE(LENGTH_AT)) {
    const fault = badValue(
      'bad-length',
      'length',
      String(whole.readUInt16LE(LENGTH_AT)),
      `${data.length}, the bytes of data`,
    );
    return failed({ fault, head });
  }
  const [found, expected] = [whole.at(-3) ?? 0, sumOf(whole.subarray(2, -3))];
  if (found === expected) return ok({ head, data });
  return failed({ fault: badValue('bad-checksum', 'checksum', byte(found), byte(expected)), head });
}

const byte = (value: number): string => value.toString(16).padStart(2, '0');
const sumOf = (bytes: Uint8Array): number => bytes.reduce((sum, value) => (sum + value) & 0xff, 0);

const headOf = (whole: Buffer): Head => ({
  serial: whole.readUInt16LE(2),
  version: whole.subarray(4, 6),
  time: timeOf(whole.subarray(6, 12)),
  source: Buffer.from(whole.subarray(12, 18)).reverse().toString('hex'),
  sourceBytes: whole.subarray(12, 18),
  targetBytes: whole.subarray(18, 24),
  command: whole.readUInt8(26),
});

/** Six bytes of a clock on the wall: second, minute, hour, day, month, year of this century. */
export function timeOf(bytes: Uint8Array): string {
  const [second = 0, minute = 0, hour = 0, day = 0, month = 0, year = 0] = bytes;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `20${two(year)}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

export const CONFIRM = 3;
export const DENY = 6;

/** Our answer to a packet: the same serial, the addresses the other way round, no data. `local` is its clock's time. */
export function writeAnswer(head: Head, command: typeof CONFIRM | typeof DENY, local: Date): Buffer {
  const serial = Buffer.alloc(2);
  serial.writeUInt16LE(head.serial, 0);
  const time = Buffer.of(
    local.getUTCSeconds(),
    local.getUTCMinutes(),
    local.getUTCHours(),
    local.getUTCDate(),
    local.getUTCMonth() + 1,
    local.getUTCFullYear() % 100,
  );
  const unit = Buffer.concat([
    serial,
    head.version,
    time,
    head.targetBytes,
    head.sourceBytes,
    Buffer.of(0, 0, command),
  ]);
  return Buffer.concat([START, unit, Buffer.of(sumOf(unit)), END]);
}
