import { type BadValue, badValue } from '../../../gateway/domain/bad-value.ts';
import { failed, ok, type Result } from '../../../gateway/domain/result.ts';
import { crc16 } from '../../vendor/crc16.ts';

/** Modbus RTU frames: Modbus Application Protocol V1.1b3, 6.3 and 6.4; over Serial Line V1.02, 2.5.1. */
export type Ask = Readonly<{ unit: number; fn: 3 | 4; address: number; count: number }>;
/** The most registers that one answer can carry. */
export const REGISTERS_MAX = 125;
const EXCEPTION_BIT = 0x80;
const EXCEPTION_BYTES = 5;

export function writeAsk({ unit, fn, address, count }: Ask): Buffer {
  const frame = Buffer.alloc(8);
  frame.writeUInt8(unit, 0);
  frame.writeUInt8(fn, 1);
  frame.writeUInt16BE(address, 2);
  frame.writeUInt16BE(count, 4);
  frame.writeUInt16LE(crc16(frame.subarray(0, 6), 0xffff), 6);
  return frame;
}

/** How many bytes the answer has that begins like this; undefined while too little of it is there to tell. */
export function answerBytes(start: Uint8Array): number | undefined {
  const [, fn, bytes] = start;
  if (fn === undefined || bytes === undefined) return undefined;
  return (fn & EXCEPTION_BIT) !== 0 ? EXCEPTION_BYTES : bytes + 5;
}

/** The unit and its registers. */
export type Answer = Readonly<{ unit: number; registers: readonly number[] }>;

export function readAnswer(bytes: Uint8Array): Result<Answer, BadValue> {
  const frame = Buffer.from(bytes);
  if (frame.length < EXCEPTION_BYTES) {
    return failed(badValue('bad-length', '(frame)', `${frame.length} bytes`, `at least ${EXCEPTION_BYTES} bytes`));
  }
  const [found, expected] = [frame.subarray(-2), Buffer.alloc(2)];
  expected.writeUInt16LE(crc16(frame.subarray(0, -2), 0xffff), 0);
  if (!found.equals(expected)) return failed(badValue('bad-checksum', 'CRC', pairs(found), pairs(expected)));
  const [unit, fn, length] = [frame.readUInt8(0), frame.readUInt8(1), frame.readUInt8(2)];
  if ((fn & EXCEPTION_BIT) !== 0) {
    return failed(badValue('unknown-code', 'function', `exception ${length}`, 'the registers that were asked for'));
  }
  if (length !== frame.length - 5 || length % 2 !== 0) {
    return failed(badValue('bad-length', 'length', String(length), `${frame.length - 5}, the bytes of data`));
  }
  return ok({ unit, registers: Array.from({ length: length / 2 }, (_, index) => frame.readUInt16BE(3 + index * 2)) });
}

const pairs = (bytes: Buffer): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
