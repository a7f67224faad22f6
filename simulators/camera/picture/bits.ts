/**
 * Bits of an H.264 NAL unit: reading, writing, and the escape bytes between payload and wire.
 * Source: ITU-T H.264, 7.2 (bits), 7.4.1 (emulation prevention), 9.1 (Exp-Golomb codes).
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Bits read so far. */
  get position(): number {
    return this.#at;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3];
    if (byte === undefined) throw new RangeError('the NAL unit ends inside a value');
    const bit = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return bit;
  }

  u(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i += 1) value = value * 2 + this.bit();
    return value;
  }

  ue(): number {
    let zeros = 0;
    while (this.bit() === 0) zeros += 1;
    return 2 ** zeros - 1 + this.u(zeros);
  }

  se(): number {
    const code = this.ue();
    return code % 2 === 0 ? -code / 2 : (code + 1) / 2;
  }
}

export class BitWriter {
  #bytes = new Uint8Array(256);
  #at = 0;

  bit(value: number): void {
    this.#reserve(1);
    if (value === 1) this.#bytes[this.#at >> 3] = (this.#bytes[this.#at >> 3] ?? 0) | (0x80 >> (this.#at & 7));
    this.#at += 1;
  }

  u(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i -= 1) this.bit(Math.floor(value / 2 ** i) & 1);
  }

  ue(value: number): void {
    const length = Math.floor(Math.log2(value + 1));
    this.u(0, length);
    this.u(value + 1, length + 1);
  }

  se(value: number): void {
    this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** Zero bits up to the next byte. */
  align(): void {
    this.#at = (this.#at + 7) & ~7;
    this.#reserve(0);
  }

  /** Whole bytes; the position has to be aligned. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length * 8);
    this.#bytes.set(bytes, this.#at >> 3);
    this.#at += bytes.length * 8;
  }

  /** All bits of `source` from `from` up to `to`, whatever the two alignments are. */
  copy(source: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to && (this.#at & 7) !== 0) this.bit(bitAt(source, at++));
    this.#reserve(to - at);
    const shift = at & 7;
    for (; at + 8 <= to; at += 8, this.#at += 8) {
      const pair = ((source[at >> 3] ?? 0) << 8) | (source[(at >> 3) + 1] ?? 0);
      this.#bytes[this.#at >> 3] = (pair >> (8 - shift)) & 0xff;
    }
    while (at < to) this.bit(bitAt(source, at++));
  }

  /** The stop bit and the zeros after it, then everything written. */
  finish(): Uint8Array {
    this.bit(1);
    this.align();
    return this.#bytes.subarray(0, this.#at >> 3);
  }

  #reserve(bits: number): void {
    const needed = ((this.#at + bits) >> 3) + 2;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

const bitAt = (bytes: Uint8Array, at: number): number => ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;

/** Bits before the stop bit of a payload. */
export function payloadBits(payload: Uint8Array): number {
  let end = payload.length * 8 - 1;
  while (end >= 0 && bitAt(payload, end) === 0) end -= 1;
  return end;
}

/** A NAL unit with its escape bytes taken out; the header byte stays in front. */
export function unescapeNal(nal: Uint8Array): Uint8Array {
  const out = new Uint8Array(nal.length);
  let [length, zeros] = [0, 0];
  for (const byte of nal) {
    const isEscape = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isEscape) out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** A NAL unit of header and payload, with an escape byte wherever the payload looks like a start code. */
export function escapeNal(header: number, payload: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(payload.length + (payload.length >> 1) + 2);
  out[0] = header;
  let [length, zeros] = [1, 0];
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      out[length++] = 3;
      zeros = 0;
    }
    zeros = byte === 0 ? zeros + 1 : 0;
    out[length++] = byte;
  }
  return out.subarray(0, length);
}

/** The NAL units of an Annex B byte stream, without start codes. */
export function splitAnnexB(stream: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = stream.indexOf(START_CODE);
  while (start >= 0) {
    const next = stream.indexOf(START_CODE, start + 3);
    let end = next < 0 ? stream.length : next;
    while (end > start + 3 && stream[end - 1] === 0) end -= 1; // the first zero of a four-byte start code
    nals.push(stream.subarray(start + 3, end));
    start = next;
  }
  return nals;
}

const START_CODE = Buffer.from([0, 0, 1]);
