import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type Credentials = Readonly<{ username: string; password: string }>;

const REALM = 'Fengsui simulated camera';
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** A fresh nonce, for one connection or one camera. */
export const newNonce = (): string => randomBytes(16).toString('hex');

/** The value of WWW-Authenticate that asks for Digest. Source: RFC 7616, MD5 and qop=auth as cameras offer them. */
export const challenge = (nonce: string, stale = false): string =>
  `Digest realm="${REALM}", nonce="${nonce}", algorithm=MD5, qop="auth"${stale ? ', stale=true' : ''}`;

export type DigestAsked = Readonly<{ method: string; uri: string; nonce: string }>;

/** Whether an Authorization header is right for this request and nonce. */
export function isAuthorized(header: string | undefined, asked: DigestAsked, credentials: Credentials): boolean {
  const said = readDigest(header);
  if (said === undefined || said.get('nonce') !== asked.nonce) return false;
  if (said.get('username') !== credentials.username || said.get('uri') !== asked.uri) return false;
  const secret = md5(`${credentials.username}:${REALM}:${credentials.password}`);
  const request = md5(`${asked.method}:${asked.uri}`);
  const counted = said.get('qop') === undefined ? '' : `${said.get('nc')}:${said.get('cnonce')}:${said.get('qop')}:`;
  return isSame(md5(`${secret}:${asked.nonce}:${counted}${request}`), said.get('response') ?? '');
}

/** The nonce that a client used, whether or not it is right. */
export const nonceOf = (header: string | undefined): string | undefined => readDigest(header)?.get('nonce');

function readDigest(header: string | undefined): ReadonlyMap<string, string> | undefined {
  if (header === undefined || !/^digest\s/i.test(header)) return undefined;
  const pairs = header.matchAll(/([a-z]+)=(?:"([^"]*)"|([^\s,]+))/gi);
  return new Map([...pairs].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));
}

function isSame(right: string, said: string): boolean {
  const [a, b] = [Buffer.from(right), Buffer.from(said)];
  return a.length === b.length && timingSafeEqual(a, b);
}
