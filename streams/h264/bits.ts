/** Reads bits of a NAL unit; past the end it reads zeros, so that a cut-off unit ends in nonsense, not in a throw. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isPastEnd(): boolean {
    return this.#at > this.#bytes.length * 8;
  }

  bit(): number {
    const byte = this.#bytes[this.#at >> 3] ?? 0;
    const value = (byte >> (7 - (this.#at & 7))) & 1;
    this.#at += 1;
    return value;
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + this.bit();
    return value;
  }

  /** ue(v). Source: ITU-T H.264, 9.1. */
  unsigned(): number {
    let zeros = 0;
    while (zeros < 32 && this.bit() === 0) zeros += 1;
    return 2 ** zeros - 1 + this.bits(zeros);
  }

  /** se(v). Source: ITU-T H.264, 9.1.1. */
  signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? -value / 2 : (value + 1) / 2;
  }
}

/** The unit's content without the 03 that keeps start codes out of it. Source: ITU-T H.264, 7.4.1. */
export function withoutEmulation(nal: Uint8Array): Uint8Array {
  const kept = new Uint8Array(nal.length);
  let length = 0;
  let zeros = 0;
  for (const byte of nal) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0;
      continue;
    }
    kept[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return kept.subarray(0, length);
}
