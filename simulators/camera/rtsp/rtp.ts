import { randomInt } from 'node:crypto';
import { FRAME_MS } from '../picture/frame-code.ts';
import type { AccessUnit } from '../picture/stream.ts';

/** The largest payload of a packet, so that one fits an Ethernet frame though it travels in TCP. */
const PAYLOAD_MAX = 1400;
const RTP_HEADER = 12;
const INTERLEAVED_HEADER = 4;
const CLOCK_RATE = 90_000;
export const PAYLOAD_TYPE = 96;

/** Packets in one buffer, framed for interleaved TCP on channels 0 (RTP) and 1 (RTCP), and where each begins. */
export type Packets = Readonly<{ bytes: Buffer; starts: readonly number[] }>;

/**
 * Packets of one stream. Sequence numbers and times belong to the stream and not to a viewer, so that the same bytes
 * serve all of them. Source: RFC 3550, RFC 6184 (single NAL unit packets and FU-A), RFC 2326 10.12 (interleaving).
 */
export class Packetiser {
  readonly ssrc = randomInt(1, 2 ** 32);
  sequence = randomInt(0, 2 ** 16);
  readonly #timeBase = randomInt(0, 2 ** 32);
  #packets = 0;
  #octets = 0;

  /** The RTP time of a frame number. */
  rtpTime(frame: number): number {
    return (this.#timeBase + frame * ((CLOCK_RATE * FRAME_MS) / 1000)) % 2 ** 32;
  }

  packets({ frame, nals }: AccessUnit): Packets {
    const payloads = nals.flatMap((nal) => (nal.length <= PAYLOAD_MAX ? [[nal]] : fragments(nal)));
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

/** A NAL unit that is too long for a packet, as FU-A payloads: two bytes of header and a piece each. */
function fragments(nal: Buffer): Uint8Array[][] {
  const header = nal[0] ?? 0;
  const pieces: Uint8Array[][] = [];
  for (let at = 1; at < nal.length; at += PAYLOAD_MAX - 2) {
    const piece = nal.subarray(at, at + PAYLOAD_MAX - 2);
    const ends = (at === 1 ? 0x80 : 0) | (at + piece.length === nal.length ? 0x40 : 0);
    pieces.push([Uint8Array.of((header & 0xe0) | 28, ends | (header & 0x1f)), piece]);
  }
  return pieces;
}
