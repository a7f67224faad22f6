import type { AccessUnit, VideoCodec } from './access-unit.ts';
import { lengthPrefixedBytes, writeLengthPrefixed } from './h264/avcc.ts';
import { FLV_SOUND, isSoundConfig } from './sound/sound-tag.ts';

/** Types of tags. Source: Adobe Flash Video File Format Specification 10.1, E.4.1. */
export const FLV_VIDEO = 9;
export const FLV_SCRIPT = 18;
export const FLV_HEADER_BYTES = 13;
const TAG_HEAD_BYTES = 11;
const TAG_TAIL_BYTES = 4;
/** Frame type and codec, packet type, composition time. Source: the same, E.4.3.1. */
const AVC_HEAD_BYTES = 5;
const AVC = 7;
const FRAME = { key: 1, inter: 2 } as const;
const PACKET = { config: 0, picture: 1 } as const;
/** H.265 has no number in FLV: a flag, the packet type and a code of four letters. Source: Enhanced RTMP v1, "hvc1". */
const EXTENDED = 0x80;
const HEVC = Buffer.from('hvc1');
const HEVC_CONFIG_HEAD_BYTES = 5;
const HEVC_HEAD_BYTES = 8;

/** Body of the tag that holds the decoder's configuration record (avcC, hvcC): it must come before the first picture. */
export function configBody(codec: VideoCodec, record: Buffer): Buffer {
  const head =
    codec === 'h264'
      ? Buffer.from([(FRAME.key << 4) | AVC, PACKET.config, 0, 0, 0])
      : Buffer.concat([Buffer.from([EXTENDED | (FRAME.key << 4) | PACKET.config]), HEVC]);
  return Buffer.concat([head, record]);
}

/** Body of a picture's tag. `compositionMs` is how much later it is shown than decoded; it may be negative. */
export function pictureBody({ nals, isKey, codec }: AccessUnit, compositionMs: number): Buffer {
  const headBytes = pictureHeadBytes(codec);
  const body = Buffer.allocUnsafe(headBytes + lengthPrefixedBytes(nals));
  const frame = (isKey ? FRAME.key : FRAME.inter) << 4;
  if (headBytes === AVC_HEAD_BYTES) {
    body[0] = frame | AVC;
    body[1] = PACKET.picture;
  } else {
    body[0] = EXTENDED | frame | PACKET.picture;
    HEVC.copy(body, 1);
  }
  body.writeIntBE(compositionMs, headBytes - 3, 3);
  writeLengthPrefixed(body, headBytes, nals);
  return body;
}

const pictureHeadBytes = (codec: VideoCodec): number => (codec === 'h264' ? AVC_HEAD_BYTES : HEVC_HEAD_BYTES);

/** The NAL units of a picture's body, as a byte stream. Works on a copy. */
export function bodyToAnnexB(body: Buffer): Buffer {
  const isExtended = ((body[0] ?? 0) & EXTENDED) !== 0;
  return withStartCodes(Buffer.from(body.subarray(isExtended ? HEVC_HEAD_BYTES : AVC_HEAD_BYTES)));
}

/** NAL units behind their four-byte lengths, one by one: pieces of the bytes that are given. */
export function splitNals(content: Buffer): readonly Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at + 4 <= content.length; ) {
    const end = at + 4 + content.readUInt32BE(at);
    nals.push(content.subarray(at + 4, end));
    at = end;
  }
  return nals;
}

/** Puts the start code 00 00 00 01 in the place of each four-byte length, in the bytes that are given. */
export function withStartCodes(stream: Buffer): Buffer {
  for (let at = 0; at + 4 <= stream.length; ) {
    const length = stream.readUInt32BE(at);
    stream.writeUInt32BE(1, at);
    at += 4 + length;
  }
  return stream;
}

/**
 * Body of a script tag that says when the gateway had the picture of FLV time `timeMs` from the camera: `onMetaData` with
 * two numbers, `capturedAt` in milliseconds since 1970 and `timeMs`. Players that do not look for it pass over it, if
 * the tag's own time is 0: of a later one ffmpeg makes a stream of texts.
 * Source: Adobe Flash Video File Format Specification 10.1, E.4.4 (AMF 0: 2 text, 3 object, 0 number, 9 end).
 */
export function clockBody(capturedAt: number, timeMs: number): Buffer {
  const body = Buffer.concat([CLOCK_HEAD, Buffer.alloc(8), CLOCK_MIDDLE, Buffer.alloc(8), Buffer.from([0, 0, 9])]);
  body.writeDoubleBE(capturedAt, CLOCK_HEAD.length);
  body.writeDoubleBE(timeMs, CLOCK_HEAD.length + 8 + CLOCK_MIDDLE.length);
  return body;
}
const shortText = (text: string): readonly Buffer[] => [Buffer.from([0, text.length]), Buffer.from(text)];
const CLOCK_HEAD = Buffer.concat([
  ...[Buffer.from([2]), ...shortText('onMetaData'), Buffer.from([3]), ...shortText('capturedAt')],
  Buffer.from([0]),
]);
const CLOCK_MIDDLE = Buffer.concat([...shortText('timeMs'), Buffer.from([0])]);
const CLOCK_BYTES = CLOCK_HEAD.length + CLOCK_MIDDLE.length + 19;

export type TagKind = 'config' | 'key' | 'picture' | 'sound-config' | 'sound' | 'other';

/** What a whole tag holds, as it comes from the hub; the file's own header counts as `other`. */
export function tagKind(tag: Buffer): TagKind {
  if (tag.length < TAG_HEAD_BYTES + 2) return 'other';
  const [first = 0, second = 0] = [tag[TAG_HEAD_BYTES], tag[TAG_HEAD_BYTES + 1]];
  if (tag[0] === FLV_SOUND) return isSoundConfig(first, second) ? 'sound-config' : 'sound';
  if (tag[0] !== FLV_VIDEO) return 'other';
  const packet = (first & EXTENDED) === 0 ? second : first & 0x0f;
  if (packet === PACKET.config) return 'config';
  return (first >> 4) & FRAME.inter ? 'picture' : 'key';
}

type Whole = Readonly<{ bytes: number; timeMs: number }>;
/**
 * `epochMs` is what FLV time 0 was, in milliseconds since 1970 by the gateway's clock; `content` is a piece of the tag: a configuration record, or NAL units behind their lengths.
 */
export type Tag = Whole &
  (
    | Readonly<{ kind: 'config' | 'key' | 'picture'; codec: 'avc' | 'hevc'; compositionMs: number; content: Buffer }>
    | Readonly<{ kind: 'clock'; epochMs: number }>
    | Readonly<{ kind: 'other' }>
  );

/** How long the tag is that `flv` begins with; undefined while it is not whole. */
export function tagBytes(flv: Buffer): number | undefined {
  const bytes = flv.length < TAG_HEAD_BYTES ? undefined : TAG_HEAD_BYTES + flv.readUIntBE(1, 3) + TAG_TAIL_BYTES;
  return bytes === undefined || flv.length < bytes ? undefined : bytes;
}

/** The tag that `flv` begins with; the bytes are our own or an encoder's of ours, and whole. */
export function readTag(flv: Buffer): Tag {
  const size = flv.readUIntBE(1, 3);
  const bytes = TAG_HEAD_BYTES + size + TAG_TAIL_BYTES;
  const whole = { bytes, timeMs: flv.readUIntBE(4, 3) + (flv[7] ?? 0) * 2 ** 24 };
  const body = flv.subarray(TAG_HEAD_BYTES, TAG_HEAD_BYTES + size);
  if (flv[0] === FLV_SCRIPT && body.length === CLOCK_BYTES && body.indexOf(CLOCK_HEAD) === 0)
    return { ...whole, kind: 'clock', epochMs: epochIn(body) };
  const kind = tagKind(flv.subarray(0, bytes));
  if (kind === 'other' || kind === 'sound' || kind === 'sound-config') return { ...whole, kind: 'other' };
  const isExtended = ((body[0] ?? 0) & EXTENDED) !== 0;
  const configBytes = isExtended ? HEVC_CONFIG_HEAD_BYTES : AVC_HEAD_BYTES;
  const headBytes = kind === 'config' ? configBytes : isExtended ? HEVC_HEAD_BYTES : AVC_HEAD_BYTES;
  const compositionMs = kind === 'config' ? 0 : body.readIntBE(headBytes - 3, 3);
  return { ...whole, kind, codec: isExtended ? 'hevc' : 'avc', compositionMs, content: body.subarray(headBytes) };
}

const epochIn = (clock: Buffer): number =>
  clock.readDoubleBE(CLOCK_HEAD.length) - clock.readDoubleBE(CLOCK_HEAD.length + 8 + CLOCK_MIDDLE.length);
