import type { Replay } from '../../gateway/domain/camera.ts';

/** Seconds between 1900, where NTP begins, and 1970. */
const NTP_SECONDS_AT_1970 = 2_208_988_800;
const EXTENSION = 0xabac;
const FIXED_HEAD_BYTES = 12;

/** Asked for in SETUP and PLAY: a recorder that does not know it says so. Source: ONVIF Streaming, 6.2. */
export const REQUIRE_REPLAY = 'Require: onvif-replay';

/** What PLAY says of a recording: from when to when, and how fast; the recorder keeps the pace. Source: the same, 6.4. */
export const replayHeaders = ({ from, to, speed }: Replay): readonly string[] => [
  REQUIRE_REPLAY,
  `Range: clock=${clockText(from)}-${clockText(to)}`,
  'Rate-Control: yes',
  'Immediate: yes',
  ...(speed === 1 ? [] : [`Scale: ${speed.toFixed(1)}`]),
];

/** Source: RFC 2326, 3.7. */
const clockText = (at: number): string => new Date(at).toISOString().replace(/[-:]/g, '').replace(/Z$/, 'Z');

/**
 * When the picture of this packet was recorded, milliseconds since 1970; undefined where the recorder does not say.
 * Source: ONVIF Streaming, 6.3 (RTP header extension).
 */
export function recordedAt(packet: Buffer): number | undefined {
  if (packet.length < FIXED_HEAD_BYTES || (packet.readUInt8(0) & 0x10) === 0) return undefined;
  const at = FIXED_HEAD_BYTES + 4 * (packet.readUInt8(0) & 0x0f);
  if (packet.length < at + 16 || packet.readUInt16BE(at) !== EXTENSION || packet.readUInt16BE(at + 2) < 3)
    return undefined;
  const seconds = packet.readUInt32BE(at + 4) - NTP_SECONDS_AT_1970;
  return Math.round(seconds * 1000 + (packet.readUInt32BE(at + 8) / 2 ** 32) * 1000);
}
