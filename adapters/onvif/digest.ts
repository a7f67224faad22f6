import { createHash, randomBytes } from 'node:crypto';

/** One challenge of an HTTP digest; kept between requests so that most of them are answered at once. */
export type Challenge = {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  readonly algorithm: string | undefined;
  readonly hasQop: boolean;
  /** Requests answered with this nonce. */
  count: number;
};

export type Login = Readonly<{ username: string; password: string }>;

const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'MD5-SESS': 'md5',
  'SHA-256': 'sha256',
  'SHA-256-SESS': 'sha256',
};
const hashOf = (algorithm: string | undefined): string | undefined => HASHES[(algorithm ?? 'MD5').toUpperCase()];

/** The strongest digest challenge among `WWW-Authenticate` headers; undefined where none can be answered. */
export function readChallenge(headers: readonly string[]): Challenge | undefined {
  const challenges = headers.flatMap((header) => (/^\s*digest\s/i.test(header) ? [parseChallenge(header)] : []));
  const usable = challenges.filter(({ algorithm }) => hashOf(algorithm) !== undefined);
  return usable.find(({ algorithm }) => hashOf(algorithm) === 'sha256') ?? usable[0];
}

function parseChallenge(header: string): Challenge {
  const found = header.matchAll(/([a-z]+)\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi);
  const given = new Map([...found].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));
  return {
    realm: given.get('realm') ?? '',
    nonce: given.get('nonce') ?? '',
    opaque: given.get('opaque'),
    algorithm: given.get('algorithm'),
    hasQop: (given.get('qop') ?? '').split(/\s*,\s*/).includes('auth'),
    count: 0,
  };
}

/** The `Authorization` header for one request. Source: RFC 7616, 3.4; without qop as in RFC 2069. */
export function answerChallenge(challenge: Challenge, login: Login, method: string, uri: string): string {
  challenge.count += 1;
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const hash = (text: string) =>
    createHash(hashOf(algorithm) ?? 'md5')
      .update(text, 'utf8')
      .digest('hex');
  const [cnonce, count] = [randomBytes(8).toString('hex'), challenge.count.toString(16).padStart(8, '0')];
  const plain = hash(`${login.username}:${realm}:${login.password}`);
  const secret = /-sess$/i.test(algorithm ?? '') ? hash(`${plain}:${nonce}:${cnonce}`) : plain;
  const request = hash(`${method}:${uri}`);
  const response = hash(
    hasQop ? `${secret}:${nonce}:${count}:${cnonce}:auth:${request}` : `${secret}:${nonce}:${request}`,
  );
  const parts = [
    `username="${login.username.replace(/["\\]/g, '\\$&')}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(hasQop ? ['qop=auth', `nc=${count}`, `cnonce="${cnonce}"`] : []),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return Buffer.from(`Digest ${parts.join(', ')}`, 'utf8').toString('latin1'); // headers carry bytes: UTF-8 as RFC 7616 says
}
