/** A piece of a camera's sound, as the gateway's streams/sound/sound-tag.ts writes it. */
export type SoundTag = Readonly<{
  /** For AAC, `config` comes before the first frame. */
  kind: 'config' | 'aac' | 'alaw' | 'ulaw';
  timeMs: number;
  content: Uint8Array<ArrayBuffer>;
}>;

const HEADER_BYTES = 13;
const TAG_HEAD_BYTES = 11;
const TAG_TAIL_BYTES = 4;
const SOUND = 8;
const FORMAT = { alaw: 7, ulaw: 8, aac: 10 } as const;
const F = 0x46;

/** The sounds of one message, which holds whole tags; the file's own header may come before them. */
export function readSoundTags(message: ArrayBuffer): readonly SoundTag[] {
  const view = new DataView(message);
  const tags: SoundTag[] = [];
  let at = message.byteLength >= HEADER_BYTES && view.getUint8(0) === F ? HEADER_BYTES : 0;
  while (at + TAG_HEAD_BYTES <= message.byteLength) {
    const size = view.getUint32(at) & 0xff_ff_ff;
    const end = at + TAG_HEAD_BYTES + size;
    if (end > message.byteLength) break;
    const timeMs = (view.getUint8(at + 7) << 24) | (view.getUint32(at + 3) & 0xff_ff_ff);
    if (view.getUint8(at) === SOUND && size >= 2) {
      const tag = tagOf(new Uint8Array(message, at + TAG_HEAD_BYTES, size), timeMs);
      if (tag !== undefined) tags.push(tag);
    }
    at = end + TAG_TAIL_BYTES;
  }
  return tags;
}

function tagOf(body: Uint8Array<ArrayBuffer>, timeMs: number): SoundTag | undefined {
  const [first = 0, second = 0] = body;
  const format = first >> 4;
  if (format === FORMAT.aac) return { kind: second === 0 ? 'config' : 'aac', timeMs, content: body.slice(2) };
  if (format !== FORMAT.alaw && format !== FORMAT.ulaw) return undefined;
  return { kind: format === FORMAT.alaw ? 'alaw' : 'ulaw', timeMs, content: body.slice(1) };
}

/** Source: ISO/IEC 14496-3, table 1.18. */
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const PHONE = { sampleRate: 8000, numberOfChannels: 1 };

/** What the browser's decoder is told (AudioDecoderConfig). */
type DecoderConfig = {
  codec: string;
  sampleRate: number;
  numberOfChannels: number;
  description?: Uint8Array<ArrayBuffer>;
};

/** Undefined before the configuration of AAC, or for one that is none. */
export function decoderFor({ kind, content }: SoundTag): DecoderConfig | undefined {
  if (kind === 'alaw' || kind === 'ulaw') return { codec: kind, ...PHONE };
  const [first = 0, second = 0] = content;
  const sampleRate = RATES[((first & 7) << 1) | (second >> 7)];
  if (kind === 'aac' || sampleRate === undefined) return undefined;
  return { codec: 'mp4a.40.2', sampleRate, numberOfChannels: (second >> 3) & 15, description: content };
}
