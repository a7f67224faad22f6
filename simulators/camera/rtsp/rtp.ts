import { randomInt } from 'node:crypto';
import { FRAME_MS } from '../picture/frame-code.ts';
import type { AccessUnit } from '../picture/stream.ts';

/** The largest payload of a packet, so that one fits an Ethernet frame though it travels in TCP. */
const PAYLOAD_MAX = 1400;
const RTP_HEADER = 12;
const INTERLEAVED_HEADER = 4;
const CLOCK_RATE = 90_000;
export const PAYLOAD_TYPE = 96;

export type Codec = 'h264' | 'h265';

/** Packets in one buffer, framed for interleaved TCP on channels 0 (RTP) and 1 (RTCP), and where each begins. */
export type Packets = Readonly<{ bytes: Buffer; starts: readonly number[] }>;

/**
 * Packets of one stream. Sequence numbers and times belong to the stream and not to a viewer, so that the same bytes
 * serve all of them. Source: RFC 3550, RFC 6184 (single NAL unit packets and FU-A), RFC 7798 (the same for H.265, FU),
 * RFC 2326 10.12 (interleaving).
 */
export class Packetiser {
  readonly ssrc = randomInt(1, 2 ** 32);
  sequence = randomInt(0, 2 ** 16);
  readonly #timeBase = randomInt(0, 2 ** 32);
  readonly #codec: Codec;
  #packets = 0;
  #octets = 0;

  constructor(codec: Codec = 'h264') {
    this.#codec = codec;
  }

  /** The RTP time of a frame number. */
  rtpTime(frame: number): number {
    return (this.#timeBase + frame * ((CLOCK_RATE * FRAME_MS) / 1000)) % 2 ** 32;
  }

  packets({ frame, nals }: AccessUnit): Packets {
    const payloads = nals.flatMap((nal) => (nal.length <= PAYLOAD_MAX ? [[nal]] : fragments(nal, this.#codec)));
    const size = payloads.flat().reduce((sum, part) => sum + part.length, 0);
    const bytes = Buffer.allocUnsafe(size + payloads.length * (INTERLEAVED_HEADER + RTP_HEADER));
    const starts: number[] = [];
    let at = 0;
    for (const [i, parts] of payloads.entries()) {
      starts.push(at);
      at = this.#write(bytes, at, parts, frame, i === payloads.length - 1);
    }
    this.#packets += payloads.length;
    this.#octets += size;
    return { bytes, starts };
  }

  /** Packets that were cut before, as the next ones of this stream: a copy with its numbers, its time and its source. */
  asOwn({ bytes, starts }: Packets, frame: number): Packets {
    const own = Buffer.allocUnsafe(bytes.length);
    bytes.copy(own);
    const time = this.rtpTime(frame);
    for (const start of starts) {
      const at = start + INTERLEAVED_HEADER;
      own.writeUInt16BE(this.sequence, at + 2);
      own.writeUInt32BE(time, at + 4);
      own.writeUInt32BE(this.ssrc, at + 8);
      this.sequence = (this.sequence + 1) & 0xffff;
    }
    this.#packets += starts.length;
    this.#octets += bytes.length - starts.length * (INTERLEAVED_HEADER + RTP_HEADER);
    return { bytes: own, starts };
  }

  #write(bytes: Buffer, at: number, parts: readonly Uint8Array[], frame: number, isLast: boolean): number {
    const length = parts.reduce((sum, part) => sum + part.length, RTP_HEADER);
    let end = bytes.writeUInt8(0x24, at);
    end = bytes.writeUInt8(0, end);
    end = bytes.writeUInt16BE(length, end);
    end = bytes.writeUInt8(0x80, end);
    end = bytes.writeUInt8(PAYLOAD_TYPE | (isLast ? 0x80 : 0), end);
    end = bytes.writeUInt16BE(this.sequence, end);
    end = bytes.writeUInt32BE(this.rtpTime(frame), end);
    end = bytes.writeUInt32BE(this.ssrc, end);
    this.sequence = (this.sequence + 1) & 0xffff;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return end;
  }

  /** A sender report that ties RTP time to the wall clock `at`, with the source's name. */
  senderReport(frame: number, at: number, name: string): Packets {
    const cname = Buffer.from(name).subarray(0, 200);
    const sdesWords = Math.ceil((4 + 2 + cname.length + 1) / 4);
    const bytes = Buffer.alloc(INTERLEAVED_HEADER + 28 + 4 + sdesWords * 4);
    bytes.set([0x24, 1, 0, bytes.length - INTERLEAVED_HEADER]);
    bytes.set([0x80, 200, 0, 6], 4);
    bytes.writeUInt32BE(this.ssrc, 8);
    bytes.writeUInt32BE((Math.floor(at / 1000) + NTP_SECONDS_AT_1970) % 2 ** 32, 12);
    bytes.writeUInt32BE(Math.floor(((at % 1000) / 1000) * 2 ** 32), 16);
    bytes.writeUInt32BE(this.rtpTime(frame), 20);
    bytes.writeUInt32BE(this.#packets % 2 ** 32, 24);
    bytes.writeUInt32BE(this.#octets % 2 ** 32, 28);
    bytes.set([0x81, 202, 0, sdesWords], 32);
    bytes.writeUInt32BE(this.ssrc, 36);
    bytes.set([1, cname.length], 40);
    bytes.set(cname, 42);
    return { bytes, starts: [0] };
  }
}

const NTP_SECONDS_AT_1970 = 2_208_988_800;

/** The same packets on other channels: even for RTP, the next one for RTCP. */
export function onChannel({ bytes, starts }: Packets, rtpChannel: number): Buffer {
  if (rtpChannel === 0) return bytes;
  const own = Buffer.from(bytes);
  for (const start of starts) own[start + 1] = rtpChannel + (own[start + 1] ?? 0);
  return own;
}

/** A NAL unit that is too long for a packet, in pieces, each behind its header (FU-A, FU) and the bits for first and last. */
function fragments(nal: Buffer, codec: Codec): Uint8Array[][] {
  const { head, type } = FRAGMENT[codec](nal);
  const pieces: Uint8Array[][] = [];
  for (let at = head.length; at < nal.length; at += PAYLOAD_MAX - 3) {
    const piece = nal.subarray(at, at + PAYLOAD_MAX - 3);
    const ends = (at === head.length ? 0x80 : 0) | (at + piece.length === nal.length ? 0x40 : 0);
    pieces.push([Uint8Array.of(...head, ends | type), piece]);
  }
  return pieces;
}

/** A fragment's own header, as long as the unit's, and the type of the unit. Source: RFC 6184 5.8, RFC 7798 4.4.3. */
const FRAGMENT: Readonly<Record<Codec, (nal: Buffer) => Readonly<{ head: readonly number[]; type: number }>>> = {
  h264: ([first = 0]) => ({ head: [(first & 0xe0) | 28], type: first & 0x1f }),
  h265: ([first = 0, second = 0]) => ({ head: [(first & 0x81) | (49 << 1), second], type: (first >> 1) & 0x3f }),
};
