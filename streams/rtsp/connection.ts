import { randomBytes } from 'node:crypto';
import type { Credentials } from '../../gateway/domain/http-digest.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';
import { connected, type Line, type Made } from './line.ts';
import { type RtspMessage, RtspReader, type RtspRequest, type RtspResponse } from './message.ts';
import { authorizer, type Challenge, chooseChallenge } from './sign-in.ts';
import { tunnelled } from './tunnel.ts';

export type ConnectionOptions = Readonly<{
  address: string;
  port: number;
  /** The host and path of a stream that comes through HTTP. */
  tunnel?: Readonly<{ host: string; path: string }> | undefined;
  credentials?: Credentials | undefined;
  /** Whether a password may go over the wire in clear. */
  allowBasic: boolean;
  connectTimeoutMs: number;
  answerTimeoutMs: number;
  onFrame: (channel: number, payload: Buffer) => void;
  /** Once, whoever ended it; not after `close`. */
  onEnd: (fault: StreamFault) => void;
}>;
type Waiting = { cseq: number; timer: NodeJS.Timeout; settle: (answer: Result<RtspResponse, StreamFault>) => void };

/** One connection to a camera, by TCP or through HTTP: one request at a time, pictures in between. */
export class RtspConnection {
  readonly #options: ConnectionOptions;
  readonly #socket: Line;
  readonly #hear: Made['hear'];
  readonly #reader = new RtspReader((message) => this.#onMessage(message));
  #cseq = 0;
  #waiting: Waiting | undefined;
  #authorize: ((method: string, uri: string) => string) | undefined;
  #ended: StreamFault | undefined;

  private constructor(options: ConnectionOptions, { socket, hear }: Made) {
    this.#options = options;
    this.#socket = socket;
    this.#hear = hear;
    hear((chunk) => {
      const found = this.#reader.push(chunk);
      if (found !== undefined) this.#end(found);
    });
    socket.on('error', () => this.#end(fault('ended', 'the camera broke the connection')));
    socket.on('close', () => this.#end(fault('ended', 'the camera ended the connection')));
  }

  static async open(options: ConnectionOptions, signal: AbortSignal): Promise<Result<RtspConnection, StreamFault>> {
    const made = await (options.tunnel === undefined
      ? connected(options, signal)
      : tunnelled({ ...options, ...options.tunnel }, signal));
    return made.ok ? ok(new RtspConnection(options, made.value)) : made;
  }

  /** Whether an answer is still awaited. */
  get isWaiting(): boolean {
    return this.#waiting !== undefined;
  }

  /** Sends a request and signs in when asked to; an answer other than 2xx is a fault. */
  async request(
    method: string,
    uri: string,
    headers: readonly string[] = [],
  ): Promise<Result<RtspResponse, StreamFault>> {
    const first = await this.#send(method, uri, headers);
    if (!first.ok || first.value.status !== 401) return checked(first);
    const signed = await this.#signIn(first.value, method, uri, headers);
    if (!signed.ok || signed.value.status !== 401) return checked(signed);
    const again = this.#staleChallenge(signed.value);
    if (again === undefined) return checked(signed);
    return checked(await this.#signIn(signed.value, method, uri, headers));
  }

  /** Something of ours inside the connection; false where more than `waitingMax` bytes still wait, or it is over. */
  sendFrame(channel: number, payload: Buffer, waitingMax: number): boolean {
    if (this.#ended !== undefined || this.#socket.writableLength > waitingMax) return false;
    const head = Buffer.from([0x24, channel, payload.length >> 8, payload.length & 0xff]);
    this.#socket.write(Buffer.concat([head, payload]));
    return true;
  }

  /** Says goodbye with `request`, as far as the camera still listens, and ends. */
  close(goodbye?: Readonly<{ method: string; uri: string; headers: readonly string[] }>): void {
    if (this.#ended === undefined && goodbye !== undefined) {
      this.#socket.end(this.#text(goodbye.method, goodbye.uri, goodbye.headers));
    }
    this.#ended ??= fault('closed', 'closed by us');
    this.#settle(failed(this.#ended));
    this.#hear(() => {}); // what still comes is thrown away; unread, it would keep the FIN from being seen
    this.#socket.destroySoon();
    // A camera that acknowledges nothing would keep the socket for minutes.
    const timer = setTimeout(() => this.#socket.destroy(), 1000);
    this.#socket.once('close', () => clearTimeout(timer));
  }

  async #signIn(refused: RtspResponse, method: string, uri: string, headers: readonly string[]) {
    const { credentials, allowBasic } = this.#options;
    if (credentials === undefined) return failed(fault('unauthorised', 'the camera asks for a user name and password'));
    const challenge = chooseChallenge(refused.headers.get('www-authenticate') ?? [], allowBasic);
    if (!challenge.ok) return challenge;
    // The same nonce refused twice means a wrong password; a third try would only help to lock the account.
    this.#authorize = authorizer(credentials, challenge.value, randomBytes(8).toString('hex'));
    return this.#send(method, uri, headers);
  }

  /** A nonce that only grew old is worth one more try with the new one. */
  #staleChallenge(refused: RtspResponse): Challenge | undefined {
    const challenge = chooseChallenge(refused.headers.get('www-authenticate') ?? [], this.#options.allowBasic);
    return challenge.ok && challenge.value.scheme === 'digest' && challenge.value.stale ? challenge.value : undefined;
  }

  #send(method: string, uri: string, headers: readonly string[]): Promise<Result<RtspResponse, StreamFault>> {
    if (this.#ended !== undefined) return Promise.resolve(failed(this.#ended));
    const text = this.#text(method, uri, headers);
    return new Promise((resolve) => {
      const late = fault('timeout', `no answer to ${method} within ${this.#options.answerTimeoutMs} ms`);
      const timer = setTimeout(() => this.#settle(failed(late)), this.#options.answerTimeoutMs);
      this.#waiting = { cseq: this.#cseq, timer, settle: resolve };
      this.#socket.write(text);
    });
  }

  #text(method: string, uri: string, headers: readonly string[]): string {
    this.#cseq += 1;
    const lines = [`${method} ${uri} RTSP/1.0`, `CSeq: ${this.#cseq}`, 'User-Agent: Fengsui', ...headers];
    if (this.#authorize !== undefined) lines.push(`Authorization: ${this.#authorize(method, uri)}`);
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  #onMessage(message: RtspMessage): void {
    if (this.#ended !== undefined) return;
    if (message.kind === 'frame') this.#options.onFrame(message.channel, message.payload);
    else this.#onWord(message);
  }

  #onWord(message: RtspResponse | RtspRequest): void {
    const cseq = Number(message.headers.get('cseq')?.[0] ?? Number.NaN);
    if (message.kind === 'request') {
      if (Number.isSafeInteger(cseq)) this.#socket.write(`RTSP/1.0 501 Not Implemented\r\nCSeq: ${cseq}\r\n\r\n`);
      return;
    }
    // A late answer to a request that is over; some cameras leave the number out.
    if (this.#waiting === undefined || (Number.isSafeInteger(cseq) && cseq !== this.#waiting.cseq)) return;
    this.#settle(ok(message));
  }

  #settle(answer: Result<RtspResponse, StreamFault>): void {
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    this.#waiting = undefined;
    clearTimeout(waiting.timer);
    waiting.settle(answer);
  }

  #end(found: StreamFault): void {
    if (this.#ended !== undefined) return;
    this.#ended = found;
    this.#socket.destroy();
    this.#settle(failed(found));
    this.#options.onEnd(found);
  }
}

/** The camera's own reason phrase stays out: it is its text, and may say anything. */
function checked(answer: Result<RtspResponse, StreamFault>): Result<RtspResponse, StreamFault> {
  if (!answer.ok) return answer;
  const { status } = answer.value;
  if (status >= 200 && status < 300) return answer;
  if (status === 401 || status === 403)
    return failed(fault('unauthorised', 'the camera refuses user name or password'));
  if (status === 404) return failed(fault('not-found', 'the camera has no stream under this path'));
  if (status === 461) return failed(fault('transport', 'the camera does not send in the way that was asked for'));
  if (status >= 300 && status < 400) return failed(fault('redirected', 'the camera points elsewhere; not followed'));
  return failed(fault('refused', `the camera answered ${status}`));
}
