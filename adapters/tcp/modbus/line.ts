import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { answerBytes } from './frame.ts';

/** Largest answer: address, function, count, 125 registers, CRC. */
const ANSWER_MAX_BYTES = 255;

/**
 * A serial line (RS-485) behind a serial server: Modbus RTU frames over TCP. One question at a time, as on the line; a
 * line is shared by all hosts on it, for many serial servers take one connection only.
 */
export class SerialLine {
  readonly #host: string;
  readonly #port: number;
  readonly #withinMs: number;
  #socket: Socket | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(host: string, port: number, withinMs: number) {
    this.#host = host;
    this.#port = port;
    this.#withinMs = withinMs;
  }

  /** The bytes of the answer; undefined when there is none in time. Waits for the questions asked before. */
  ask(question: Uint8Array): Promise<Buffer | undefined> {
    const turn = this.#last.then(() => this.#ask(question));
    this.#last = turn;
    return turn;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #ask(question: Uint8Array): Promise<Buffer | undefined> {
    const signal = AbortSignal.timeout(this.#withinMs);
    try {
      const socket = await this.#open(signal);
      socket.write(question);
      return await readAnswer(socket, signal);
    } catch {
      this.close(); // a late answer must not be taken for that of the next question
      return undefined;
    }
  }

  async #open(signal: AbortSignal): Promise<Socket> {
    if (this.#socket?.writable === true) return this.#socket;
    const socket = connect({ host: this.#host, port: this.#port });
    socket.on('error', () => socket.destroy()); // seen by the next question
    this.#socket = socket;
    await once(socket, 'connect', { signal });
    return socket;
  }
}

async function readAnswer(socket: Socket, signal: AbortSignal): Promise<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  for (;;) {
    const [chunk] = await once(socket, 'data', { signal });
    held = Buffer.concat([held, chunk]);
    const bytes = answerBytes(held) ?? Number.POSITIVE_INFINITY;
    if (held.length >= bytes) return held.subarray(0, bytes);
    if (held.length > ANSWER_MAX_BYTES) return held; // nonsense: the CRC will say so
  }
}
