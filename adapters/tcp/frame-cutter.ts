/** How a stream of bytes falls into frames: the next one and the bytes used up; undefined when more bytes are needed. */
export type Cut = (held: Buffer) => Readonly<{ frame: Buffer | undefined; used: number }> | undefined;

const NOTHING = Buffer.alloc(0);

/** Cuts frames out of a connection's bytes, however these came; holds at most `maxBytes`, which are then a frame at fault. */
export class FrameCutter {
  readonly #cut: Cut;
  readonly #maxBytes: number;
  #held: Buffer = NOTHING;

  constructor(cut: Cut, maxBytes: number) {
    this.#cut = cut;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Uint8Array): readonly Buffer[] {
    const frames: Buffer[] = [];
    for (let from = 0; from < chunk.length; from += this.#maxBytes) {
      this.#held = Buffer.concat([this.#held, chunk.subarray(from, from + this.#maxBytes)]);
      frames.push(...this.#takeAll());
    }
    return frames;
  }

  *#takeAll(): Iterable<Buffer> {
    let at = 0;
    while (at < this.#held.length) {
      const found = this.#cut(this.#held.subarray(at));
      if (found === undefined || (found.used === 0 && found.frame === undefined)) break;
      at += found.used;
      if (found.frame !== undefined) yield Buffer.from(found.frame);
    }
    this.#held = Buffer.from(this.#held.subarray(at));
    if (this.#held.length < this.#maxBytes) return;
    yield this.#held;
    this.#held = NOTHING;
  }
}
