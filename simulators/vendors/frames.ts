/** Bytes as terminals, transmitters, panels and fence hosts send them. */

const xor = (bytes: Uint8Array): number => bytes.reduce((sum, value) => sum ^ value, 0);
const bcd = (digits: string): Buffer => Buffer.from(digits, 'hex');

export type Jt808Message = Readonly<{
  id: number;
  phone: string;
  serial: number;
  body: Uint8Array;
  /** The edition of 2019 has a version and a longer number. */
  is2019?: boolean;
  part?: Readonly<{ total: number; index: number }>;
}>;

/** JT/T 808, 4.4: flags, escapes, XOR. */
export function jt808Frame({ id, phone, serial, body, is2019 = false, part }: Jt808Message): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(id, 0);
  head.writeUInt16BE(body.length | (is2019 ? 0x4000 : 0) | (part === undefined ? 0 : 0x2000), 2);
  const tail = Buffer.alloc(part === undefined ? 2 : 6);
  tail.writeUInt16BE(serial, 0);
  if (part !== undefined) {
    tail.writeUInt16BE(part.total, 2);
    tail.writeUInt16BE(part.index, 4);
  }
  const number = bcd(phone.padStart(is2019 ? 20 : 12, '0'));
  const inner = Buffer.concat([head, ...(is2019 ? [Buffer.of(1)] : []), number, tail, body]);
  const escaped = [...inner, xor(inner)].flatMap((value) =>
    value === 0x7e ? [0x7d, 2] : value === 0x7d ? [0x7d, 1] : [value],
  );
  return Buffer.from([0x7e, ...escaped, 0x7e]);
}

export type Jt808Position = Readonly<{ lng: number; lat: number; at: string; isSos?: boolean; isLocated?: boolean }>;

/** The body of a position report; `at` is local, `261124123034`. */
export function jt808Position({ lng, lat, at, isSos = false, isLocated = true }: Jt808Position): Buffer {
  const body = Buffer.alloc(22);
  body.writeUInt32BE(isSos ? 1 : 0, 0);
  body.writeUInt32BE(isLocated ? 2 : 0, 4);
  body.writeUInt32BE(Math.round(lat * 1e6), 8);
  body.writeUInt32BE(Math.round(lng * 1e6), 12);
  body.writeUInt16BE(96, 16);
  body.writeUInt16BE(12, 18);
  body.writeUInt16BE(183, 20);
  return Buffer.concat([body, bcd(at), Buffer.of(0x31, 1, 9)]);
}

const wallClock = (at: Date): Buffer =>
  Buffer.of(
    at.getUTCSeconds(),
    at.getUTCMinutes(),
    at.getUTCHours(),
    at.getUTCDate(),
    at.getUTCMonth() + 1,
    at.getUTCFullYear() % 100,
  );

/** GB/T 26875.3, 6.1. `source` is twelve hex digits, the high byte first; `local` shows the wall clock in its UTC fields. */
export function firePacket(source: string, serial: number, local: Date, data: Uint8Array): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(serial, 0);
  head.writeUInt16LE(0x0101, 2);
  const size = Buffer.alloc(2);
  size.writeUInt16LE(data.length, 0);
  const target = Buffer.of(1, 0, 0, 0, 0, 0);
  const unit = Buffer.concat([head, wallClock(local), bcd(source).reverse(), target, size, Buffer.of(2), data]);
  const sum = unit.reduce((total, value) => (total + value) & 0xff, 0);
  return Buffer.concat([Buffer.from('@@'), unit, Buffer.of(sum), Buffer.from('##')]);
}

export type FirePart = Readonly<{ loop: number; number: number; type: number; state: number; local: Date }>;

/** One component's state, type flag 2. */
export function fireComponent({ loop, number, type, state, local }: FirePart): Buffer {
  const where = Buffer.alloc(6);
  where.writeUInt16LE(loop, 0);
  where.writeUInt16LE(number, 2);
  where.writeUInt16LE(state, 4);
  return Buffer.concat([Buffer.of(2, 1, 1, 1, type), where, Buffer.alloc(31), wallClock(local)]);
}

export function crc(bytes: Uint8Array, start: number): number {
  let sum = start;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum & 1) === 1 ? (sum >> 1) ^ 0xa001 : sum >> 1;
  }
  return sum;
}
const hex = (value: number, digits: number): string => value.toString(16).toUpperCase().padStart(digits, '0');

/** SIA DC-09, 5.5: `"ADM-CID"0001L0#3609[…]_…` between LF and CR. */
export function dc09Frame(text: string): Buffer {
  const body = Buffer.from(text, 'latin1');
  return Buffer.from(`\n${hex(crc(body, 0), 4)}0${hex(body.length, 3)}${text}\r`, 'latin1');
}

/** A Modbus RTU answer with these registers. */
export function modbusAnswer(unit: number, registers: readonly number[]): Buffer {
  const frame = Buffer.alloc(3 + registers.length * 2);
  frame.writeUInt8(unit, 0);
  frame.writeUInt8(3, 1);
  frame.writeUInt8(registers.length * 2, 2);
  registers.forEach((value, index) => {
    frame.writeUInt16BE(value, 3 + index * 2);
  });
  const sum = Buffer.alloc(2);
  sum.writeUInt16LE(crc(frame, 0xffff), 0);
  return Buffer.concat([frame, sum]);
}
