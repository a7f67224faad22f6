import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { Credentials } from '../../gateway/domain/http-digest.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { fault, type StreamFault } from '../fault.ts';
import { connected, type Line, type Made, type Way } from './line.ts';
import { authorizer, chooseChallenge } from './sign-in.ts';

export type TunnelWay = Way &
  Readonly<{
    host: string;
    path: string;
    credentials?: Credentials | undefined;
    allowBasic: boolean;
    answerTimeoutMs: number;
  }>;

const TYPE = 'application/x-rtsp-tunnelled';
/** No answer's head is longer. */
const HEAD_MAX = 16 * 1024;
/** The length that a POST without an end says that it has; servers do not count. Source: Apple, Tunnelling RTSP over HTTP. */
const ENDLESS = 32_767;

type Authorize = (method: string, uri: string) => string;
type Answered = Readonly<{ made: Made<Socket>; status: number; challenges: readonly string[]; rest: Buffer }>;

/**
 * RTSP through HTTP (HTTP 隧道), for cameras behind a proxy that lets nothing else pass: what the camera says comes as the
 * answer to a GET, what we say goes in a POST, in base64; a cookie ties the two. Source: ONVIF Streaming Specification,
 * 5.2.2.4; Apple, Tunnelling RTSP and RTP through HTTP.
 */
export async function tunnelled(way: TunnelWay, signal: AbortSignal): Promise<Result<Made, StreamFault>> {
  const cookie = randomBytes(16).toString('hex');
  let authorize: Authorize | undefined;
  let got = await get(way, cookie, authorize, signal);
  if (got.ok && got.value.status === 401) {
    got.value.made.socket.destroy();
    const signed = signIn(way, got.value.challenges);
    if (!signed.ok) return signed;
    authorize = signed.value;
    got = await get(way, cookie, authorize, signal);
  }
  if (!got.ok) return got;
  const { made: down, status, rest } = got.value;
  if (status !== 200) {
    down.socket.destroy();
    return failed(refusal(status));
  }
  const up = await connected(way, signal);
  if (!up.ok) {
    down.socket.destroy();
    return up;
  }
  const length = [`Content-Type: ${TYPE}`, `Content-Length: ${ENDLESS}`];
  up.value.socket.write(head('POST', way, cookie, authorize, length));
  return ok({ socket: new Tunnel(down.socket, up.value.socket), hear: hearing(down, rest) });
}

/** What came with the answer's head goes first. */
const hearing =
  (down: Made<Socket>, rest: Buffer): Made['hear'] =>
  (take) => {
    const early = rest;
    rest = Buffer.alloc(0);
    down.hear(take);
    if (early.length > 0) queueMicrotask(() => take(early));
  };

function head(
  method: string,
  { host, port, path }: TunnelWay,
  cookie: string,
  authorize: Authorize | undefined,
  more: readonly string[],
): string {
  const named = host.includes(':') ? `[${host}]` : host;
  const lines = [`${method} ${path} HTTP/1.0`, `Host: ${named}:${port}`, `x-sessioncookie: ${cookie}`, ...more];
  lines.push('Pragma: no-cache', 'Cache-Control: no-cache', 'User-Agent: Fengsui');
  if (authorize !== undefined) lines.push(`Authorization: ${authorize(method, path)}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Asks for the way down; answers once the head of the answer is there. */
async function get(
  way: TunnelWay,
  cookie: string,
  authorize: Authorize | undefined,
  signal: AbortSignal,
): Promise<Result<Answered, StreamFault>> {
  const made = await connected(way, signal);
  if (!made.ok) return made;
  const { socket, hear } = made.value;
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0);
    const finish = (result: Result<Answered, StreamFault>): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      hear(() => {});
      socket.removeAllListeners();
      socket.on('error', () => {});
      if (!result.ok) socket.destroy();
      resolve(result);
    };
    const abort = (): void => finish(failed(fault('closed', 'closed by us')));
    const late = fault('timeout', `no answer to the tunnel within ${way.answerTimeoutMs} ms`);
    const timer = setTimeout(() => finish(failed(late)), way.answerTimeoutMs);
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', () => finish(failed(fault('ended', 'the camera broke the connection'))));
    socket.once('close', () => finish(failed(fault('ended', 'the camera ended the connection'))));
    hear((chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const end = bytes.indexOf('\r\n\r\n');
      if (end < 0 && bytes.length > HEAD_MAX)
        return finish(failed(fault('too-large', 'the head of the answer has no end')));
      if (end >= 0) finish(answered(made.value, bytes.subarray(0, end).toString('latin1'), bytes.subarray(end + 4)));
    });
    socket.write(head('GET', way, cookie, authorize, [`Accept: ${TYPE}`]));
  });
}

function answered(made: Made<Socket>, text: string, rest: Buffer): Result<Answered, StreamFault> {
  const [first = '', ...lines] = text.split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1] ?? Number.NaN);
  if (Number.isNaN(status)) return failed(fault('not-rtsp', 'the answer to the tunnel is no HTTP'));
  const challenges = lines.flatMap((line) => /^www-authenticate:\s*(.*)$/i.exec(line)?.[1] ?? []);
  return ok({ made, status, challenges, rest });
}

function signIn({ credentials, allowBasic }: TunnelWay, challenges: readonly string[]): Result<Authorize, StreamFault> {
  if (credentials === undefined) return failed(fault('unauthorised', 'the camera asks for a user name and password'));
  const challenge = chooseChallenge(challenges, allowBasic);
  return challenge.ok ? ok(authorizer(credentials, challenge.value, randomBytes(8).toString('hex'))) : challenge;
}

function refusal(status: number): StreamFault {
  if (status === 401 || status === 403) return fault('unauthorised', 'the camera refuses user name or password');
  if (status === 404) return fault('not-found', 'the camera has no stream under this path');
  if (status >= 300 && status < 400) return fault('redirected', 'the camera points elsewhere; not followed');
  return fault('refused', `the camera answered the tunnel with ${status}`);
}

/** The two connections as one: over when either is. */
class Tunnel extends EventEmitter implements Line {
  readonly #down: Socket;
  readonly #up: Socket;

  constructor(down: Socket, up: Socket) {
    super();
    this.#down = down;
    this.#up = up;
    for (const socket of [down, up]) {
      socket.on('error', () => this.emit('error'));
      socket.once('close', () => {
        this.destroy();
        this.emit('close');
      });
    }
  }

  get writableLength(): number {
    return this.#up.writableLength;
  }

  write(bytes: string | Uint8Array): void {
    this.#up.write((typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)).toString('base64'));
  }

  end(bytes: string): void {
    this.write(bytes);
    this.#up.end();
  }

  destroySoon(): void {
    this.#up.destroySoon();
    this.#down.destroySoon();
  }

  destroy(): void {
    this.#up.destroy();
    this.#down.destroy();
  }
}
