import type { AccessUnit, ParameterSets } from './access-unit.ts';
import { lengthPrefixedBytes, toDecoderConfig, writeLengthPrefixed } from './h264/avcc.ts';

/** Tag type of video. Source: Adobe Flash Video File Format Specification 10.1, E.4.1. */
export const FLV_VIDEO = 9;
const TAG_HEAD_BYTES = 11;
/** Frame type and codec, packet type, composition time. Source: the same, E.4.3.1. */
const VIDEO_HEAD_BYTES = 5;
const AVC = 7;
const FRAME = { key: 1, inter: 2 } as const;
const PACKET = { config: 0, picture: 1 } as const;

/** Body of the tag that holds the parameter sets: it must come before the first picture. */
export const configBody = (sets: ParameterSets): Buffer =>
  Buffer.concat([Buffer.from([(FRAME.key << 4) | AVC, PACKET.config, 0, 0, 0]), toDecoderConfig(sets)]);

/** Body of a picture's tag. `compositionMs` is how much later it is shown than decoded; it may be negative. */
export function pictureBody(unit: AccessUnit, compositionMs: number): Buffer {
  const body = Buffer.allocUnsafe(VIDEO_HEAD_BYTES + lengthPrefixedBytes(unit.nals));
  body[0] = ((unit.isKey ? FRAME.key : FRAME.inter) << 4) | AVC;
  body[1] = PACKET.picture;
  body.writeIntBE(compositionMs, 2, 3);
  writeLengthPrefixed(body, VIDEO_HEAD_BYTES, unit.nals);
  return body;
}

/** The NAL units of a picture's body, as a byte stream. Works on a copy. */
export function bodyToAnnexB(body: Buffer): Buffer {
  const stream = Buffer.from(body.subarray(VIDEO_HEAD_BYTES));
  for (let at = 0; at + 4 <= stream.length; ) {
    const length = stream.readUInt32BE(at);
    stream.writeUInt32BE(1, at); // the start code 00 00 00 01 takes the place of the length
    at += 4 + length;
  }
  return stream;
}

export type TagKind = 'config' | 'key' | 'picture' | 'other';

/** What a whole tag holds, as it comes from the hub; the file's own header counts as `other`. */
export function tagKind(tag: Buffer): TagKind {
  if (tag.length < TAG_HEAD_BYTES + 2 || tag[0] !== FLV_VIDEO) return 'other';
  if (tag[TAG_HEAD_BYTES + 1] === PACKET.config) return 'config';
  return ((tag[TAG_HEAD_BYTES] ?? 0) >> 4) & FRAME.inter ? 'picture' : 'key';
}
