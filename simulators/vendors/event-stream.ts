import { EventEmitter } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type Credentials, challenge, isAuthorized, newNonce } from '../camera/digest.ts';
import { Listening } from '../camera/listening.ts';

export type StreamOptions = Readonly<{
  credentials: Credentials;
  /** What the answer calls its boundary. */
  boundary?: string;
  host?: string;
  port?: number;
}>;

/** A camera or recorder that gives its events in an endless multipart answer, behind digest. Emits `viewer` for each who reads. */
export class EventStreamDevice extends EventEmitter {
  readonly #listening: Listening;
  readonly #options: StreamOptions;
  readonly #boundary: string;
  readonly #nonce = newNonce();
  readonly #open = new Set<ServerResponse>();
  /** Paths that were asked for with the right password. */
  readonly asked: string[] = [];
  refused = 0;
  /** Sends whoever comes elsewhere. */
  redirectTo: string | undefined;

  constructor(options: StreamOptions) {
    super();
    this.#options = options;
    this.#boundary = options.boundary ?? 'boundary';
    const server = createServer((request, response) => this.#answer(request, response));
    this.#listening = new Listening(server, options.host ?? '127.0.0.1', options.port ?? 0);
  }

  open = (): Promise<void> => this.#listening.open();
  close = (): Promise<void> => this.#listening.close();
  get url(): string {
    return `http://${this.#options.host ?? '127.0.0.1'}:${this.#listening.port}`;
  }
  get viewers(): number {
    return this.#open.size;
  }

  /** Sends a part to all who read; `length` is what it says of its length, right or wrong. */
  send(contentType: string, body: string | Uint8Array, length: number = Buffer.byteLength(body)): void {
    for (const response of this.#open) {
      response.write(`--${this.#boundary}\r\nContent-Type: ${contentType}\r\nContent-Length: ${length}\r\n\r\n`);
      response.write(body);
      response.write('\r\n');
    }
  }

  /** Bytes as they are, between parts or in the middle of one. */
  sendRaw(bytes: string | Uint8Array): void {
    for (const response of this.#open) response.write(bytes);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const asked = { method: request.method ?? '', uri: request.url ?? '', nonce: this.#nonce };
    if (this.redirectTo !== undefined) {
      response.writeHead(302, { Location: this.redirectTo }).end();
    } else if (!isAuthorized(request.headers.authorization, asked, this.#options.credentials)) {
      if (request.headers.authorization !== undefined) this.refused += 1;
      response.writeHead(401, { 'WWW-Authenticate': challenge(this.#nonce) }).end();
    } else {
      this.asked.push(asked.uri);
      response.writeHead(200, { 'Content-Type': `multipart/mixed; boundary=${this.#boundary}` });
      response.flushHeaders();
      this.#open.add(response);
      this.emit('viewer');
      response.on('close', () => this.#open.delete(response));
    }
  }
}
