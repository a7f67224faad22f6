import type { AccessUnit, ParameterSets, VideoCodec } from '../access-unit.ts';
import { readDecoderConfig as readAvcConfig } from '../h264/avcc.ts';
import { NAL as AVC_NAL, nalType as avcType } from '../h264/nal.ts';
import { readDecoderConfig as readHevcConfig } from '../h265/hvcc.ts';
import { NAL as HEVC_NAL, nalType as hevcType } from '../h265/nal.ts';

/*
 * What an encoder pushes by RTMP, as pictures. Sources: Adobe Flash Video File Format Specification 10.1, E.4.3.1;
 * Enhanced RTMP v1 ("hvc1"), and the number 12 that Chinese encoders use for H.265 before it.
 */
const AVC = 7;
const HEVC = 12;
const EXTENDED = 0x80;
const HVC1 = 'hvc1';
const KEY_FRAME = 1;
/** Packet types: the decoder's configuration, a picture, the end, and a picture that is shown when it is decoded. */
const PACKET = { config: 0, picture: 1, pictureNow: 3 } as const;
const TICKS_PER_MS = 90;

type Head = Readonly<{ codec: VideoCodec; packet: number; isKey: boolean; compositionMs: number; content: Buffer }>;

/** Reads the pictures of one push. What cannot be read is counted and passed over. */
export class PushUnits {
  readonly #onUnit: (unit: AccessUnit) => void;
  #sets: ParameterSets | undefined;
  #codec: VideoCodec | undefined;
  #lengthBytes = 4;
  /** Bodies that were no pictures, or of a codec that is not relayed. */
  unreadable = 0;

  constructor(onUnit: (unit: AccessUnit) => void) {
    this.#onUnit = onUnit;
  }

  /** The body of a video tag, and its time in milliseconds. Works on the bytes that are given: they must stay. */
  take(body: Buffer, timeMs: number): void {
    try {
      const head = headOf(body);
      if (head === undefined) this.unreadable += 1;
      else if (head.packet === PACKET.config) this.#configure(head);
      else if (head.packet === PACKET.picture || head.packet === PACKET.pictureNow) this.#picture(head, timeMs);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.unreadable += 1; // cut short
    }
  }

  #configure({ codec, content }: Head): void {
    this.#codec = codec;
    this.#sets = codec === 'h264' ? readAvcConfig(content) : readHevcConfig(content);
    this.#lengthBytes = ((content[codec === 'h264' ? 4 : 21] ?? 3) & 3) + 1;
  }

  #picture({ codec, isKey, compositionMs, content }: Head, timeMs: number): void {
    if (codec !== this.#codec || this.#sets === undefined) return; // its configuration has not come
    const nals = nalsOf(content, this.#lengthBytes).filter((nal) => isPicture(codec, nal));
    if (nals.length === 0) return;
    const rtpTime = ((timeMs + compositionMs) * TICKS_PER_MS) >>> 0;
    this.#onUnit({ codec, nals, isKey, rtpTime, ...(isKey ? { parameterSets: this.#sets } : {}) });
  }
}

/** Undefined for what is no picture of a codec that is relayed. */
function headOf(body: Buffer): Head | undefined {
  const first = body.readUInt8(0);
  if ((first & EXTENDED) !== 0) {
    if (body.toString('latin1', 1, 5) !== HVC1) return undefined;
    const packet = first & 0x0f;
    const isKey = ((first >> 4) & 7) === KEY_FRAME;
    const hasTime = packet === PACKET.picture;
    const compositionMs = hasTime ? body.readIntBE(5, 3) : 0;
    return { codec: 'h265', packet, isKey, compositionMs, content: body.subarray(hasTime ? 8 : 5) };
  }
  const number = first & 0x0f;
  if (number !== AVC && number !== HEVC) return undefined;
  const codec = number === AVC ? 'h264' : 'h265';
  const [packet, compositionMs] = [body.readUInt8(1), body.readIntBE(2, 3)];
  return { codec, packet, isKey: first >> 4 === KEY_FRAME, compositionMs, content: body.subarray(5) };
}

/** Throws RangeError where a length reaches beyond the end. */
function nalsOf(content: Buffer, lengthBytes: number): readonly Buffer[] {
  const nals: Buffer[] = [];
  for (let at = 0; at < content.length; ) {
    const end = at + lengthBytes + content.readUIntBE(at, lengthBytes);
    if (end > content.length) throw new RangeError('a NAL unit is cut short');
    if (end > at + lengthBytes) nals.push(content.subarray(at + lengthBytes, end));
    at = end;
  }
  return nals;
}

/** Sets stand in the configuration; delimiters and fillers are for other containers. */
function isPicture(codec: VideoCodec, nal: Buffer): boolean {
  if (codec === 'h264')
    return ![AVC_NAL.sps, AVC_NAL.pps, AVC_NAL.delimiter, AVC_NAL.filler].includes(avcType(nal) as never);
  return ![HEVC_NAL.vps, HEVC_NAL.sps, HEVC_NAL.pps].includes(hevcType(nal) as never);
}
