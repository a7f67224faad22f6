/** One RTP packet; `payload` is a view into what was read. */
export type RtpPacket = Readonly<{
  payloadType: number;
  marker: boolean;
  sequence: number;
  /** In the stream's clock, 90 kHz for video, modulo 2^32. */
  timestamp: number;
  payload: Buffer;
}>;

/** As it came: `source` is who sends it (SSRC). */
export type ReceivedRtp = RtpPacket & Readonly<{ source: number }>;

const FIXED_HEAD_BYTES = 12;

/** Undefined for bytes that are no RTP packet. Source: RFC 3550, sections 5.1 and 5.3.1. */
export function readRtp(bytes: Buffer): ReceivedRtp | undefined {
  if (bytes.length < FIXED_HEAD_BYTES || bytes.readUInt8(0) >> 6 !== 2) return undefined;
  const first = bytes.readUInt8(0);
  const start = payloadStart(bytes, first);
  const end = bytes.length - ((first & 0x20) === 0 ? 0 : bytes.readUInt8(bytes.length - 1));
  if (start === undefined || end < start) return undefined;
  return {
    payloadType: bytes.readUInt8(1) & 0x7f,
    marker: (bytes.readUInt8(1) & 0x80) !== 0,
    sequence: bytes.readUInt16BE(2),
    timestamp: bytes.readUInt32BE(4),
    source: bytes.readUInt32BE(8),
    payload: bytes.subarray(start, end),
  };
}

/** Past the contributing sources and the header extension. */
function payloadStart(bytes: Buffer, first: number): number | undefined {
  const afterSources = FIXED_HEAD_BYTES + 4 * (first & 0x0f);
  if ((first & 0x10) === 0) return afterSources <= bytes.length ? afterSources : undefined;
  if (bytes.length < afterSources + 4) return undefined;
  const start = afterSources + 4 + 4 * bytes.readUInt16BE(afterSources + 2);
  return start <= bytes.length ? start : undefined;
}
