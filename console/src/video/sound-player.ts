import { socketUrl } from './socket-url.ts';
import { decoderFor, readSoundTags, type SoundTag } from './sound-tags.ts';

export type SoundEnd = 'lost' | 'decoder';
export type SoundEvents = Readonly<{
  /** The first of it is heard. */
  onHeard: () => void;
  /** Once, through no act of ours; `reason` is the gateway's word, where it gave one. */
  onEnd: (why: SoundEnd, reason: string) => void;
}>;
export type SoundPlayer = Readonly<{ close: () => void }>;

/** How far ahead of the loudspeaker sound is laid: what the network's unevenness takes. */
const LEAD_S = 0.15;
/** Sound that is so late is passed over: the picture has gone on. */
const LATE_MAX_S = 0.8;
/** Pieces that wait for the decoder; past it some are passed over. */
const QUEUE_MAX = 50;
const MICROSECONDS = 1000;

/** Plays a camera's sound. Only where the browser has decoders for it (WebCodecs: HTTPS or localhost). */
export function playSound(url: string, { onHeard, onEnd }: SoundEvents): SoundPlayer {
  const socket = new WebSocket(socketUrl(url));
  socket.binaryType = 'arraybuffer';
  let speaker: Speaker | undefined;
  let decoder: AudioDecoder | undefined;
  let codec = '';
  let isOver = false;

  function close(): void {
    isOver = true;
    socket.onclose = null;
    socket.close();
    if (decoder !== undefined && decoder.state !== 'closed') decoder.close();
    speaker?.close();
  }
  function end(why: SoundEnd, reason = ''): void {
    if (isOver) return;
    close();
    onEnd(why, reason);
  }

  function open(config: AudioDecoderConfig): AudioDecoder {
    if (decoder !== undefined && decoder.state !== 'closed') decoder.close();
    speaker?.close();
    const [opened, own] = [new Speaker(config.sampleRate), config.codec];
    speaker = opened;
    const made = new AudioDecoder({
      output: (data) => {
        if (own === codec && !isOver) opened.play(data);
        data.close();
        onHeard();
      },
      error: () => end('decoder'),
    });
    codec = own;
    made.configure(config);
    decoder = made;
    return made;
  }

  function take(tag: SoundTag): void {
    const isNew = tag.kind === 'config' || (tag.kind !== 'aac' && tag.kind !== codec);
    const config = isNew ? decoderFor(tag) : undefined;
    const using = config === undefined ? decoder : open(config);
    if (tag.kind === 'config' || using?.state !== 'configured' || using.decodeQueueSize > QUEUE_MAX) return;
    using.decode(new EncodedAudioChunk({ type: 'key', timestamp: tag.timeMs * MICROSECONDS, data: tag.content }));
  }

  socket.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!(data instanceof ArrayBuffer)) return;
    try {
      for (const tag of readSoundTags(data)) take(tag);
    } catch {
      end('decoder'); // a configuration that this browser does not know
    }
  };
  socket.onclose = ({ reason }) => end('lost', reason);
  return { close };
}

/** Lays pieces behind each other, in the sound's own rate: resampled one by one, they would click where they meet. */
class Speaker {
  readonly #context: AudioContext;
  #nextAt = 0;

  constructor(sampleRate: number) {
    this.#context = new AudioContext({ sampleRate, latencyHint: 'interactive' });
  }

  play(data: AudioData): void {
    const now = this.#context.currentTime;
    if (this.#nextAt < now) this.#nextAt = now + LEAD_S;
    if (this.#nextAt > now + LATE_MAX_S) return;
    const buffer = this.#context.createBuffer(data.numberOfChannels, data.numberOfFrames, data.sampleRate);
    for (let channel = 0; channel < data.numberOfChannels; channel += 1)
      data.copyTo(buffer.getChannelData(channel), { planeIndex: channel, format: 'f32-planar' });
    const piece = new AudioBufferSourceNode(this.#context, { buffer });
    piece.connect(this.#context.destination);
    piece.start(this.#nextAt);
    this.#nextAt += buffer.duration;
  }

  close(): void {
    if (this.#context.state !== 'closed') void this.#context.close();
  }
}
