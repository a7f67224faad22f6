import { FLV_HEADER_BYTES, readTag, type Tag, tagBytes } from './flv.ts';

/** No tag of an encoder of ours is a hundredth of it: what grows so is no FLV. */
const WAITING_MAX_BYTES = 16 * 1024 * 1024;

/** Cuts FLV that comes in pieces of any size into its tags. Throws when it is none. */
export class FlvReader {
  readonly #onTag: (tag: Tag) => void;
  #waiting: Buffer = Buffer.alloc(0);
  #hasHeader = false;

  constructor(onTag: (tag: Tag) => void) {
    this.#onTag = onTag;
  }

  take(piece: Buffer): void {
    this.#waiting = this.#waiting.length === 0 ? piece : Buffer.concat([this.#waiting, piece]);
    if (this.#waiting.length > WAITING_MAX_BYTES) throw new Error('an FLV tag without an end');
    if (!this.#hasHeader) {
      if (this.#waiting.length < FLV_HEADER_BYTES) return;
      this.#waiting = this.#waiting.subarray(FLV_HEADER_BYTES);
      this.#hasHeader = true;
    }
    for (let bytes = tagBytes(this.#waiting); bytes !== undefined; bytes = tagBytes(this.#waiting)) {
      this.#onTag(readTag(this.#waiting));
      this.#waiting = this.#waiting.subarray(bytes);
    }
  }
}
