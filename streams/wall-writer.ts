/** How long the first piece waits for company: a quarter of a picture's time, for a fourth of the system calls and less. */
const JOIN_MS = 10;
/** So much leaves at once. */
const JOIN_MAX_BYTES = 256 * 1024;

export type WallSend = (bytes: Buffer, sent: () => void) => void;

/**
 * Joins what the tiles of one wall have to say into few writes: the system call a picture is what costs, not the copy.
 * It holds no more than the tiles' queues hand out before they hear of `sent`.
 */
export class WallWriter {
  readonly #send: WallSend;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #sent: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(send: WallSend) {
    this.#send = send;
  }

  add(pieces: readonly Buffer[], sent: () => void): void {
    for (const piece of pieces) {
      this.#pieces.push(piece);
      this.#bytes += piece.length;
    }
    this.#sent.push(sent);
    if (this.#bytes >= JOIN_MAX_BYTES) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), JOIN_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pieces = [];
    this.#sent = [];
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const [pieces, bytes, sent] = [this.#pieces, this.#bytes, this.#sent];
    [this.#pieces, this.#bytes, this.#sent] = [[], 0, []];
    const done = (): void => {
      for (const one of sent) one();
    };
    if (bytes === 0) done();
    else this.#send(Buffer.concat(pieces, bytes), done);
  }
}
