import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A device that calls a server over TCP and waits for what it answers. */
export class CallingDevice {
  readonly #socket: Socket;
  #heard: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#heard = Buffer.concat([this.#heard, chunk]);
      socket.emit('heard');
    });
    socket.on('error', () => socket.destroy());
  }

  static async call(port: number, host = '127.0.0.1'): Promise<CallingDevice> {
    const socket = connect({ host, port });
    await once(socket, 'connect');
    return new CallingDevice(socket);
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  get heard(): Buffer {
    return this.#heard;
  }

  get isClosed(): boolean {
    return this.#socket.destroyed;
  }

  /** The answers so far, once there are this many bytes of them. */
  async answer(bytes: number): Promise<Buffer> {
    while (this.#heard.length < bytes) await once(this.#socket, 'heard');
    const answer = this.#heard.subarray(0, bytes);
    this.#heard = this.#heard.subarray(bytes);
    return answer;
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    if (!this.#socket.destroyed) await once(this.#socket, 'close');
  }

  hangUp(): void {
    this.#socket.destroy();
  }
}
