import { BitReader } from '../h264/bits.ts';
import type { Sdp, SdpMedia } from '../rtsp/sdp.ts';
import { readAacConfig } from '../sound/aac-config.ts';
import { AAC_SAMPLES, type SoundFormat, type SoundFrame } from '../sound/sound.ts';
import { PAYLOAD_TYPES, SAMPLES_PER_SECOND } from '../talk/g711.ts';
import type { RtpPacket } from './packet.ts';

type OnFrame = (frame: SoundFrame) => void;
/** A microphone's track whose codec we speak. `open` answers what takes its packets; that never throws. */
export type SoundTrack = Readonly<{ media: SdpMedia; open: (onFrame: OnFrame) => (packet: RtpPacket) => void }>;

/** What a camera's microphone speaks, by RFC 3551 and RFC 3640. */
const AUDIO_CODECS: ReadonlyMap<string, string> = new Map([
  ['PCMA', 'g711a'],
  ['PCMU', 'g711u'],
  ['MPEG4-GENERIC', 'aac'],
  ['MP4A-LATM', 'aac'],
]);

/** Not the way to the camera's own loudspeaker, which is `sendonly`. */
const isMicrophone = ({ kind, direction }: SdpMedia): boolean => kind === 'audio' && direction !== 'sendonly';

/** The sound that the stream offers beside its pictures; `other` for a codec that we do not know. */
export function offeredAudio(sdp: Sdp): string | undefined {
  const audio = sdp.media.find(isMicrophone);
  return audio === undefined ? undefined : (AUDIO_CODECS.get(audio.codec) ?? 'other');
}

/** The first microphone that we can pass on. */
export function chooseSound(sdp: Sdp): SoundTrack | undefined {
  for (const media of sdp.media.filter(isMicrophone)) {
    const open = media.codec === 'MPEG4-GENERIC' ? openAac(media) : openG711(media);
    if (open !== undefined) return { media, open };
  }
  return undefined;
}

function openG711({ codec, clockRate, payloadType }: SdpMedia): SoundTrack['open'] | undefined {
  if (codec !== 'PCMA' && codec !== 'PCMU') return undefined;
  if (clockRate !== SAMPLES_PER_SECOND && payloadType !== PAYLOAD_TYPES[codec]) return undefined;
  const format: SoundFormat = {
    codec: codec === 'PCMA' ? 'g711a' : 'g711u',
    ...{ sampleRate: SAMPLES_PER_SECOND, channels: 1, config: Buffer.alloc(0) },
  };
  return (onFrame) =>
    ({ payload, timestamp }) => {
      const data = Buffer.from(payload); // the packet is a view into what is read next
      if (data.length > 0) onFrame({ format, data, time: timestamp, samples: data.length });
    };
}

function openAac({ clockRate, fmtp }: SdpMedia): SoundTrack['open'] | undefined {
  const config = Buffer.from(fmtp.get('config') ?? '', 'hex');
  const read = readAacConfig(config);
  const [sizeBits, indexBits] = ['sizelength', 'indexlength'].map((name) => Number(fmtp.get(name) ?? 0));
  const isPlain =
    sizeBits !== undefined && indexBits !== undefined && sizeBits >= 6 && sizeBits <= 16 && indexBits <= 8;
  if (read === undefined || read.sampleRate !== clockRate || !isPlain) return undefined;
  const format: SoundFormat = { codec: 'aac', ...read, config };
  return (onFrame) => {
    const frames = new AacFrames(sizeBits, indexBits, (data, time) =>
      onFrame({ format, data, time, samples: AAC_SAMPLES }),
    );
    return (packet) => frames.push(packet);
  };
}

type Broken = Readonly<{ time: number; size: number; parts: Buffer[] }>;

/** AAC frames of RTP packets: several in one, or one in several. Source: RFC 3640, 3.2 and 3.3.6. */
class AacFrames {
  readonly #sizeBits: number;
  readonly #headBits: number;
  readonly #onFrame: (data: Buffer, time: number) => void;
  /** A frame that began and is not whole: at most the 64 KiB that its size can say. */
  #broken: Broken | undefined;

  constructor(sizeBits: number, indexBits: number, onFrame: (data: Buffer, time: number) => void) {
    this.#sizeBits = sizeBits;
    this.#headBits = sizeBits + indexBits;
    this.#onFrame = onFrame;
  }

  push({ payload, timestamp }: RtpPacket): void {
    const headBits = payload.length < 2 ? 0 : payload.readUInt16BE(0);
    const at = 2 + Math.ceil(headBits / 8);
    if (headBits < this.#headBits || at >= payload.length) return;
    const sizes = this.#sizes(payload.subarray(2, at), headBits);
    const [first = 0] = sizes;
    if (sizes.length === 1 && first > payload.length - at) this.#gather(timestamp, first, payload.subarray(at));
    else this.#giveWhole(timestamp, sizes, payload.subarray(at));
  }

  #giveWhole(timestamp: number, sizes: readonly number[], frames: Buffer): void {
    this.#broken = undefined;
    let at = 0;
    for (const [index, size] of sizes.entries()) {
      if (size === 0 || at + size > frames.length) return;
      this.#onFrame(Buffer.from(frames.subarray(at, at + size)), (timestamp + index * AAC_SAMPLES) >>> 0);
      at += size;
    }
  }

  #sizes(heads: Buffer, headBits: number): readonly number[] {
    const bits = new BitReader(heads);
    return Array.from({ length: Math.floor(headBits / this.#headBits) }, () => {
      const size = bits.bits(this.#sizeBits);
      bits.bits(this.#headBits - this.#sizeBits);
      return size;
    });
  }

  #gather(time: number, size: number, part: Buffer): void {
    if (this.#broken?.time !== time || this.#broken.size !== size) this.#broken = { time, size, parts: [] };
    const { parts } = this.#broken;
    parts.push(Buffer.from(part));
    const bytes = parts.reduce((sum, one) => sum + one.length, 0);
    if (bytes < size) return;
    this.#broken = undefined;
    if (bytes === size) this.#onFrame(Buffer.concat(parts), time);
  }
}
