import { createHash } from 'node:crypto';
import type { Credentials } from '../digest.ts';
import { WSSE } from './namespaces.ts';
import { child, type Element, textAt } from './soap.ts';

/** How far the client's clock may be from the camera's. */
const SKEW_MAX_MS = 5 * 60_000;
/** Nonces kept to recognise a replay; past that the oldest goes, as in a camera with little memory. */
const NONCES_MAX = 10_000;
const DIGEST_TYPE = '#PasswordDigest';

/**
 * Checks WS-UsernameToken with a password digest: Base64(SHA-1(nonce + created + password)), fresh and never seen.
 * Source: OASIS Web Services Security UsernameToken Profile 1.0; ONVIF Core, "Authentication".
 */
export class UsernameTokens {
  readonly #credentials: Credentials;
  readonly #now: () => number;
  readonly #seen = new Set<string>();

  constructor(credentials: Credentials, now: () => number) {
    this.#credentials = credentials;
    this.#now = now;
  }

  /** Undefined when the request carries no token. */
  isRight(header: readonly Element[]): boolean | undefined {
    const security = header.find(({ name, uri }) => name === 'Security' && uri === WSSE);
    const token = security && child(security, 'UsernameToken');
    return token && this.#isRightToken(token);
  }

  #isRightToken(token: Element): boolean {
    const password = child(token, 'Password');
    const nonce = textAt(token, 'Nonce') ?? '';
    const created = textAt(token, 'Created') ?? '';
    if (!(password?.attributes.get('Type') ?? '').endsWith(DIGEST_TYPE)) return false;
    if (!(Math.abs(Date.parse(created) - this.#now()) <= SKEW_MAX_MS)) return false;
    const hash = createHash('sha1').update(Buffer.from(nonce, 'base64'));
    const digest = hash.update(created).update(this.#credentials.password).digest('base64');
    if (textAt(token, 'Username') !== this.#credentials.username || password?.text.trim() !== digest) return false;
    return this.#isNew(`${nonce} ${created}`);
  }

  #isNew(used: string): boolean {
    if (this.#seen.has(used)) return false;
    this.#seen.add(used);
    const [oldest] = this.#seen;
    if (this.#seen.size > NONCES_MAX && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}
