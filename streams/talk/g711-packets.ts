import { randomInt } from 'node:crypto';
import { encodeG711, type G711, PAYLOAD_TYPES } from './g711.ts';

const HEAD_BYTES = 12;

/** Sound as RTP carries it: one packet after the other, of one speaker. Source: RFC 3550, 5.1; RFC 3551, 6. */
export class G711Packets {
  readonly #law: G711;
  readonly #ssrc = randomInt(1, 2 ** 32);
  #sequence = randomInt(0, 2 ** 16);
  #time = randomInt(0, 2 ** 32);

  constructor(law: G711) {
    this.#law = law;
  }

  /** Of samples of 16 bits at 8,000 a second, some 20 ms of them. */
  next(pcm: Buffer): Buffer {
    const payload = encodeG711(this.#law, pcm);
    const packet = Buffer.alloc(HEAD_BYTES + payload.length);
    packet[0] = 0x80;
    packet[1] = PAYLOAD_TYPES[this.#law];
    packet.writeUInt16BE(this.#sequence, 2);
    packet.writeUInt32BE(this.#time, 4);
    packet.writeUInt32BE(this.#ssrc, 8);
    payload.copy(packet, HEAD_BYTES);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#time = (this.#time + payload.length) >>> 0;
    return packet;
  }
}
