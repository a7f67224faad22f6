import { avcName, hevcName } from './codec-name.ts';
import type { WallFrame } from './wall-frame.ts';

/** Pictures that wait for the decoder: past it the tile goes on at its next key picture instead of ever later. */
export const QUEUE_MAX = 12;
/** Times of pictures inside the decoder; it holds far fewer. */
const TIMES_MAX = 64;
const TICKS_PER_MICROSECOND = 0.09;

export type TileEvents = Readonly<{
  /** A picture to show, and when the gateway had it. The receiver closes it. */
  onPicture: (picture: VideoFrame, capturedAt: number) => void;
  onError: () => void;
}>;

/** Decodes one tile. Without a decoder for its codec, or after an error, it says so once and takes nothing more. */
export class TileDecoder {
  readonly #events: TileEvents;
  readonly #decoder: VideoDecoder;
  readonly #capturedAt = new Map<number, number>();
  #needsKey = true;
  #dropped = 0;

  constructor(events: TileEvents) {
    this.#events = events;
    this.#decoder = new VideoDecoder({
      output: (picture) => this.#show(picture),
      error: () => events.onError(),
    });
  }

  /** Pictures that were passed over because the decoder had fallen behind. */
  get dropped(): number {
    return this.#dropped;
  }

  take({ kind, content, isKey, time, capturedAt }: WallFrame): void {
    if (this.#decoder.state === 'closed') return;
    if (kind === 'avc' || kind === 'hevc')
      this.#configure(kind === 'avc' ? avcName(content) : hevcName(content), content);
    else if (kind === 'picture' && this.#isWanted(isKey)) {
      const timestamp = Math.round(time / TICKS_PER_MICROSECOND);
      this.#remember(timestamp, capturedAt);
      this.#decoder.decode(new EncodedVideoChunk({ type: isKey ? 'key' : 'delta', timestamp, data: content }));
    }
  }

  close(): void {
    if (this.#decoder.state !== 'closed') this.#decoder.close();
    this.#capturedAt.clear();
  }

  #configure(codec: string, record: Uint8Array): void {
    const description = record.slice();
    this.#decoder.configure({ codec, description, optimizeForLatency: true });
    this.#needsKey = true;
  }

  #isWanted(isKey: boolean): boolean {
    if (this.#decoder.state !== 'configured') return false;
    if (this.#decoder.decodeQueueSize > QUEUE_MAX) this.#needsKey = true;
    if (isKey) this.#needsKey = false;
    if (this.#needsKey) this.#dropped += 1;
    return !this.#needsKey;
  }

  #remember(timestamp: number, capturedAt: number): void {
    this.#capturedAt.set(timestamp, capturedAt);
    for (const oldest of this.#capturedAt.keys()) {
      if (this.#capturedAt.size <= TIMES_MAX) break;
      this.#capturedAt.delete(oldest);
    }
  }

  #show(picture: VideoFrame): void {
    const capturedAt = this.#capturedAt.get(picture.timestamp) ?? Number.NaN;
    this.#capturedAt.delete(picture.timestamp);
    this.#events.onPicture(picture, capturedAt);
  }
}
