import { createHash } from 'node:crypto';

export type Credentials = Readonly<{ username: string; password: string }>;
export type Algorithm = 'MD5' | 'SHA-256';

/** What a server asks of us in a `WWW-Authenticate: Digest` header of HTTP or RTSP. */
export type DigestChallenge = Readonly<{
  scheme: 'digest';
  realm: string;
  nonce: string;
  opaque?: string;
  algorithm: Algorithm;
  session: boolean;
  qop: boolean;
  stale: boolean;
}>;

/** Names are bounded, so that no header makes the search slow. */
const PARAMETER = /([A-Za-z][A-Za-z0-9_-]{0,31})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g;

/** Undefined for another scheme, and for an algorithm that we do not speak. Source: RFC 7616, section 3.3. */
export function readDigestChallenge(header: string): DigestChallenge | undefined {
  if (!/^\s*digest\s/i.test(header)) return undefined;
  const found = new Map<string, string>();
  for (const [, name = '', quoted, plain] of header.matchAll(PARAMETER)) {
    found.set(name.toLowerCase(), (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'));
  }
  return digestChallenge(found);
}

/** The strongest of the challenges that we can answer: SHA-256 before MD5. */
export function strongestDigest(headers: readonly string[]): DigestChallenge | undefined {
  const digests = headers.map(readDigestChallenge).filter((one) => one !== undefined);
  return digests.find(({ algorithm }) => algorithm === 'SHA-256') ?? digests[0];
}

function digestChallenge(found: ReadonlyMap<string, string>): DigestChallenge | undefined {
  const [realm, nonce] = [found.get('realm'), found.get('nonce')];
  const asked = /^(MD5|SHA-256)(-sess)?$/i.exec(found.get('algorithm') ?? 'MD5');
  if (realm === undefined || nonce === undefined || asked === null) return undefined;
  const qops = found
    .get('qop')
    ?.split(',')
    .map((one) => one.trim().toLowerCase());
  if (qops !== undefined && !qops.includes('auth')) return undefined;
  const opaque = found.get('opaque');
  return {
    scheme: 'digest',
    realm,
    nonce,
    ...(opaque === undefined ? {} : { opaque }),
    algorithm: asked[1]?.toUpperCase() === 'SHA-256' ? 'SHA-256' : 'MD5',
    session: asked[2] !== undefined,
    qop: qops !== undefined,
    stale: found.get('stale')?.toLowerCase() === 'true',
  };
}

/** Answers one server's challenge again and again; counts its answers, as qop demands. */
export class DigestAnswers {
  readonly #credentials: Credentials;
  readonly #challenge: DigestChallenge;
  readonly #cnonce: string;
  #count = 0;

  constructor(credentials: Credentials, challenge: DigestChallenge, cnonce: string) {
    this.#credentials = credentials;
    this.#challenge = challenge;
    this.#cnonce = cnonce;
  }

  /** The Authorization header of one request. Source: RFC 7616, section 3.4; RFC 2069 where no qop is offered. */
  header(method: string, uri: string): string {
    const asked = this.#challenge;
    this.#count += 1;
    const nc = this.#count.toString(16).padStart(8, '0');
    const response = digestResponse({ ...this.#credentials, asked, method, uri, nc, cnonce: this.#cnonce });
    const parts = [
      `username=${quote(this.#credentials.username)}`,
      `realm=${quote(asked.realm)}`,
      `nonce=${quote(asked.nonce)}`,
      `uri=${quote(uri)}`,
      `response="${response}"`,
      `algorithm=${asked.algorithm}${asked.session ? '-sess' : ''}`,
    ];
    if (asked.opaque !== undefined) parts.push(`opaque=${quote(asked.opaque)}`);
    if (asked.qop) parts.push('qop=auth', `nc=${nc}`);
    if (asked.qop || asked.session) parts.push(`cnonce="${this.#cnonce}"`);
    return `Digest ${parts.join(', ')}`;
  }
}

type DigestInput = Credentials &
  Readonly<{ asked: DigestChallenge; method: string; uri: string; nc: string; cnonce: string }>;

export function digestResponse({ username, password, asked, method, uri, nc, cnonce }: DigestInput): string {
  const hash = (text: string): string =>
    createHash(asked.algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text, 'utf8')
      .digest('hex');
  const secret = hash(`${username}:${asked.realm}:${password}`);
  const ha1 = asked.session ? hash(`${secret}:${asked.nonce}:${cnonce}`) : secret;
  const ha2 = hash(`${method}:${uri}`);
  return hash(asked.qop ? `${ha1}:${asked.nonce}:${nc}:${cnonce}:auth:${ha2}` : `${ha1}:${asked.nonce}:${ha2}`);
}

/** A realm or nonce from the camera cannot end our header early: line breaks were never let in by the reader. */
const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&').replace(/[\r\n]/g, '')}"`;
