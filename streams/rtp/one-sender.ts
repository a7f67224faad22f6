/**
 * Lets through what the stream's sender sends. Who is new must be heard twice in a row: bytes between the frames that look
 * like a packet once in some hundred times would otherwise cost the picture up to the next key frame. Source: RFC 3550, A.1.
 */
export class OneSender {
  #sender: number | undefined;
  #stranger: number | undefined;

  /** Whether a packet of this source (SSRC) is of the stream. */
  sends(source: number): boolean {
    const isKnown = this.#sender === undefined || source === this.#sender || source === this.#stranger;
    this.#stranger = isKnown ? undefined : source;
    if (isKnown) this.#sender = source;
    return isKnown;
  }
}
