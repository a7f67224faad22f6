import { randomBytes } from 'node:crypto';
import type { Connection } from '../../gateway/domain/device.ts';
import { type Credentials, DigestAnswers, strongestDigest } from '../../gateway/domain/http-digest.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { type CameraFault, cameraFault } from './camera-fault.ts';
import type { CameraClock } from './clock.ts';
import { envelope, readEnvelope } from './soap.ts';
import { ANSWER_MAX_BYTES, type HttpAnswer, type HttpAsk, type Transport } from './transport.ts';
import { usernameToken } from './username-token.ts';
import type { XmlElement } from './xml.ts';

export type Call = Readonly<{
  path: string;
  /** The operation as XML. */
  operation: string;
  /** SOAP action, where the service wants one. */
  action?: string;
  /** More header parts, such as addressing. */
  headers?: readonly string[];
  /** Without credentials: what a camera must answer to anybody. */
  isAnonymous?: boolean;
  deadlineMs?: number;
  /** Ends this call earlier than the others. */
  signal?: AbortSignal;
}>;

/** Most calls take under a second; a small camera under load some seconds. */
const CALL_DEADLINE_MS = 15_000;
/** Source: ONVIF Core, 5.1.1. */
const DEVICE_PATH = '/onvif/device_service';

/** The line to one camera: where it is, who we are there, and what its clock says. */
export class CameraLink {
  readonly entered: URL;
  readonly #login: Credentials | undefined;
  readonly #transport: Transport;
  readonly #clock: CameraClock;
  readonly #now: () => number;
  readonly #giveUp: AbortSignal;
  /** What answers the camera's last HTTP challenge; kept, so that most requests are answered at once. */
  #digest: DigestAnswers | undefined;

  /** Throws on a connection whose URL is none: `urlOf` tells beforehand. `giveUp` ends every call that is under way. */
  constructor(
    connection: Connection,
    transport: Transport,
    clock: CameraClock,
    now: () => number,
    giveUp: AbortSignal,
  ) {
    this.entered = new URL(connection.url);
    this.#login = loginOf(connection);
    this.#transport = transport;
    this.#clock = clock;
    this.#now = now;
    this.#giveUp = giveUp;
  }

  /** The device service, where every camera is asked first. */
  get devicePath(): string {
    return this.entered.pathname === '/' ? DEVICE_PATH : `${this.entered.pathname}${this.entered.search}`;
  }

  /** The address that the camera is called at, and so the one that it speaks from. */
  address(): Promise<Result<string, CameraFault>> {
    return this.#transport.address(this.entered.hostname);
  }

  /** The Body of the camera's answer. */
  async call(call: Call): Promise<Result<XmlElement, CameraFault>> {
    const action = call.action === undefined ? '' : `; action="${call.action}"`;
    const message = () => envelope([...(call.headers ?? []), ...this.#security(call)], call.operation);
    const answer = await this.#ask(call.isAnonymous !== true, () => ({
      origin: this.entered,
      path: call.path,
      method: 'POST',
      headers: { 'Content-Type': `application/soap+xml; charset=utf-8${action}` },
      body: message(),
      deadlineMs: call.deadlineMs ?? CALL_DEADLINE_MS,
      maxBytes: ANSWER_MAX_BYTES,
      signal: call.signal ?? this.#giveUp,
    }));
    return answer.ok ? readEnvelope(decode(answer.value), answer.value.status) : answer;
  }

  /** The bytes at a path, such as a snapshot. */
  async download(path: string, maxBytes: number): Promise<Result<Uint8Array, CameraFault>> {
    const answer = await this.#ask(true, () => ({
      origin: this.entered,
      path,
      method: 'GET',
      headers: {},
      body: '',
      deadlineMs: CALL_DEADLINE_MS,
      maxBytes,
      signal: this.#giveUp,
    }));
    if (!answer.ok) return answer;
    const { status, body } = answer.value;
    if (status === 401 || status === 403) return failed(cameraFault('not-authorized', `HTTP ${status}`));
    if (status === 404) return failed(cameraFault('not-supported', 'HTTP 404'));
    return status === 200 ? ok(body) : failed(cameraFault('bad-answer', `HTTP ${status}`));
  }

  /** A digest that was asked for once is sent along from then on; a new nonce costs one more round. */
  async #ask(mayLogIn: boolean, make: () => HttpAsk): Promise<Result<HttpAnswer, CameraFault>> {
    const first = await this.#transport.ask(() => this.#withDigest(mayLogIn, make()));
    if (!first.ok || first.value.status !== 401 || !mayLogIn || this.#login === undefined) return first;
    const challenge = strongestDigest(first.value.authenticate);
    if (challenge === undefined) return first;
    this.#digest = new DigestAnswers(this.#login, challenge, randomBytes(8).toString('hex'));
    return await this.#transport.ask(() => this.#withDigest(true, make()));
  }

  #withDigest(mayLogIn: boolean, ask: HttpAsk): HttpAsk {
    if (!mayLogIn || this.#digest === undefined) return ask;
    // Headers carry bytes: names that are not ASCII go as UTF-8, as RFC 7616 has it.
    const authorization = Buffer.from(this.#digest.header(ask.method, ask.path), 'utf8').toString('latin1');
    return { ...ask, headers: { ...ask.headers, Authorization: authorization } };
  }

  #security({ isAnonymous }: Call): readonly string[] {
    if (isAnonymous === true || this.#login === undefined) return [];
    return [usernameToken(this.#login, this.#clock.cameraNow(this.#now()))];
  }
}

const loginOf = ({ username, password }: Connection): Credentials | undefined =>
  username === undefined || username === '' ? undefined : { username, password: password ?? '' };

/** The entered URL of a camera; undefined where it is not one of the schemes. */
export function urlOf(connection: Connection | undefined, schemes: readonly string[]): URL | undefined {
  if (connection === undefined || !URL.canParse(connection.url)) return undefined;
  const url = new URL(connection.url);
  return schemes.includes(url.protocol) && url.hostname !== '' ? url : undefined;
}

/** Text in the charset that the camera names, where we know it; else UTF-8, wrong bytes and all. */
function decode({ contentType, body }: HttpAnswer): string {
  const named = /charset="?([\w-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
  const charset = /^(gbk|gb2312|gb18030)$/i.test(named) ? 'gb18030' : 'utf-8';
  return new TextDecoder(charset).decode(body);
}
