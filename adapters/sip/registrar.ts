import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { digestResponse } from '../../gateway/domain/http-digest.ts';
import { type SipRequest, userOf } from './message.ts';

/** Devices registered at once, by address; past it the one that registered longest ago must do so again. */
const REGISTERED_MAX = 50_000;
const REALM = 'fengsui';
/** How long a nonce may be answered. */
const NONCE_MS = 60_000;
const EXPIRES_S = 3600;

export type Registration = 'challenge' | Readonly<{ device: string; expiresS: number }>;

/** Who has registered (注册) with the password of the settings; without one everybody of the device networks has. */
export class Registrar {
  readonly #password: string | undefined;
  readonly #now: () => number;
  readonly #key = randomBytes(32);
  readonly #until = new Map<string, number>();

  constructor(password: string | undefined, now: () => number) {
    this.#password = password;
    this.#now = now;
  }

  register(request: SipRequest, from: string): Registration {
    if (!this.#isRight(request)) return 'challenge';
    const asked = Number(request.headers.get('expires')?.[0] ?? EXPIRES_S);
    const expiresS = Number.isInteger(asked) && asked >= 0 ? Math.min(asked, 86_400) : EXPIRES_S;
    this.#until.delete(from);
    if (expiresS > 0) {
      if (this.#until.size >= REGISTERED_MAX) this.#until.delete(this.#until.keys().next().value ?? '');
      this.#until.set(from, this.#now() + expiresS * 1000);
    }
    return { device: userOf(request.headers.get('from')?.[0]), expiresS };
  }

  mayTell = (from: string): boolean => this.#password === undefined || (this.#until.get(from) ?? 0) > this.#now();

  challenge(): string {
    return `Digest realm="${REALM}", nonce="${this.#nonce(this.#now())}", algorithm=MD5`;
  }

  /** A time and its sum: nothing need be kept of who asked. */
  #nonce = (at: number): string =>
    `${at}-${createHmac('sha256', this.#key).update(String(at)).digest('hex').slice(0, 32)}`;

  #isRight({ method, headers }: SipRequest): boolean {
    const password = this.#password;
    if (password === undefined) return true;
    const said = paramsOf(headers.get('authorization')?.[0] ?? '');
    const nonce = said.get('nonce') ?? '';
    const at = Number(nonce.split('-')[0]);
    if (!(this.#now() - at < NONCE_MS) || nonce !== this.#nonce(at)) return false;
    const asked = {
      scheme: 'digest',
      realm: REALM,
      nonce,
      algorithm: 'MD5',
      session: false,
      qop: false,
      stale: false,
    } as const;
    const username = said.get('username') ?? '';
    const expected = digestResponse({
      username,
      password,
      asked,
      method,
      uri: said.get('uri') ?? '',
      nc: '',
      cnonce: '',
    });
    const [a, b] = [Buffer.from(expected), Buffer.from(said.get('response') ?? '')];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

const paramsOf = (header: string): ReadonlyMap<string, string> =>
  new Map(
    [...header.matchAll(/([a-z]{1,20})\s*=\s*(?:"([^"]*)"|([^\s,"]+))/gi)].map(([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted ?? bare ?? '',
    ]),
  );
