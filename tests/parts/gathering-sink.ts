import type { FlvSink } from '../../streams/flv-viewer.ts';

/** Gathers what it is sent and says when there is enough. */
export class Gathering implements FlvSink {
  readonly chunks: Buffer[] = [];
  closed: string | undefined;
  #wake: () => void = () => {};

  send(bytes: Buffer, sent: () => void): void {
    this.chunks.push(bytes);
    setImmediate(sent);
    this.#wake();
  }
  close(reason: string): void {
    this.closed = reason;
    this.#wake();
  }
  async more(chunks: number): Promise<void> {
    const goal = this.chunks.length + chunks;
    while (this.chunks.length < goal) await new Promise<void>((resolve) => (this.#wake = resolve));
  }
}
