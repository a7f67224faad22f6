import type { Packets } from '../camera/rtsp/rtp.ts';
import type { Wrong } from './troubles.ts';

/** Where version and marker stand in an interleaved packet. Source: RFC 2326 10.12, RFC 3550 5.1. */
const [VERSION_AT, MARKER_AT] = [4, 5];
const NOISE_BYTES = 200;
/** A picture in so many has noise before it. */
const NOISE_EVERY = 5;

/** Without the packets that are lost on the way. */
export function framesThatArrive(packets: Packets, loss: number, random: () => number): Packets {
  if (loss === 0) return packets;
  const { bytes, starts } = packets;
  const pieces = starts.map((start, i) => bytes.subarray(start, starts[i + 1] ?? bytes.length));
  const arriving = pieces.filter(() => random() >= loss);
  let at = 0;
  const begins = arriving.map((piece) => {
    at += piece.length;
    return at - piece.length;
  });
  return { bytes: Buffer.concat(arriving), starts: begins };
}

/** Packets as a camera sends them that does it wrong; changes the bytes that it is given. */
export function spoil(
  bytes: Buffer,
  starts: readonly number[],
  wrong: Wrong | undefined,
  random: () => number,
): Buffer {
  if (wrong === undefined) return bytes;
  if (wrong === 'garbage' || wrong === 'unframed')
    return random() * NOISE_EVERY < 1 ? Buffer.concat([noise(wrong, random), bytes]) : bytes;
  for (const start of starts) {
    if (wrong === 'version') bytes[start + VERSION_AT] = 0x40 | ((bytes[start + VERSION_AT] ?? 0) & 0x3f);
    else if (wrong === 'marked') bytes[start + MARKER_AT] = (bytes[start + MARKER_AT] ?? 0) | 0x80;
    else bytes[start + MARKER_AT] = (bytes[start + MARKER_AT] ?? 0) & 0x7f;
  }
  return bytes;
}

/** Bytes by chance, as two interleaved frames or as none. */
function noise(wrong: Wrong, random: () => number): Buffer {
  const bytes = (): number[] => Array.from({ length: NOISE_BYTES }, () => Math.floor(random() * 256));
  if (wrong === 'unframed') return Buffer.from([0, ...bytes()]);
  const frame = (channel: number): number[] => [0x24, channel, 0, NOISE_BYTES, ...bytes()];
  return Buffer.from([...frame(0), ...frame(Math.floor(random() * 256))]);
}
