import { FLV_HEADER_BYTES, readTag } from './flv.ts';

/**
 * What one wall's WebSocket carries down: frames behind each other, as many a message as gathered meanwhile. Each is a
 * head of 20 bytes, big-endian, and its content:
 *
 *     0  u32  bytes of content
 *     4  u16  tile, as the wall numbered it
 *     6  u8   kind: 1 decoder configuration of H.264 (avcC), 2 of H.265 (hvcC), 3 picture
 *     7  u8   bit 0: key picture
 *     8  u32  when it is shown, 90 kHz, modulo 2^32
 *    12  f64  when the gateway had it from the camera, milliseconds since 1970; NaN where that is not known
 *
 * A picture's content is NAL units behind their four-byte lengths. Source: ISO/IEC 14496-15, 5.3.4.2.
 */
export const WALL_HEAD_BYTES = 20;
export const WALL_KIND = { avc: 1, hevc: 2, picture: 3 } as const;
const TICKS_PER_MS = 90;

/** Makes frames of one tile out of whole FLV tags, as the hub hands them out. */
export class WallFramer {
  readonly #tile: number;
  /** The latest word of the hub on its clock: FLV time 0 was so many milliseconds since 1970. */
  #epochMs = Number.NaN;

  constructor(tile: number) {
    this.#tile = tile;
  }

  /** Heads and contents in turn; contents are pieces of `tags`. */
  frames(tags: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    let at = tags.subarray(0, 3).toString('latin1') === 'FLV' ? FLV_HEADER_BYTES : 0;
    while (at < tags.length) {
      const tag = readTag(tags.subarray(at));
      at += tag.bytes;
      if (tag.kind === 'clock') this.#epochMs = tag.epochMs;
      else if (tag.kind !== 'other') pieces.push(this.#head(tag), tag.content);
    }
    return pieces;
  }

  #head(tag: Extract<ReturnType<typeof readTag>, { content: Buffer }>): Buffer {
    const head = Buffer.allocUnsafe(WALL_HEAD_BYTES);
    head.writeUInt32BE(tag.content.length, 0);
    head.writeUInt16BE(this.#tile, 4);
    head[6] = tag.kind === 'config' ? WALL_KIND[tag.codec] : WALL_KIND.picture;
    head[7] = tag.kind === 'key' ? 1 : 0;
    head.writeUInt32BE((((tag.timeMs + tag.compositionMs) * TICKS_PER_MS) % 2 ** 32) >>> 0, 8);
    head.writeDoubleBE(this.#epochMs + tag.timeMs, 12);
    return head;
  }
}
