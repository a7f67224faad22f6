import { createHash, randomBytes } from 'node:crypto';
import type { SignedIn } from '../domain/entry.ts';
import type { Journal, NewEntry } from '../journal/journal.ts';

export const SESSION_MS = 12 * 3_600_000;
/** Sign-ins of one person that hold at the same time; the oldest gives way. */
const SESSIONS_OF_ONE_MAX = 50;

export type OpenedSession = Readonly<{ token: string; expiresAt: number }>;

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** The sign-ins that hold. The journal has them first; memory only answers quickly. */
export class SessionBook {
  readonly #byHash = new Map<string, SignedIn>();
  readonly #journal: Pick<Journal, 'append'>;
  readonly #now: () => number;

  constructor(journal: Pick<Journal, 'append'>, now: () => number) {
    this.#journal = journal;
    this.#now = now;
  }

  /** Takes up what held before a restart, and closes in the journal what has run out since. */
  async takeUp(sessions: Iterable<SignedIn>): Promise<void> {
    for (const session of sessions) this.#byHash.set(session.tokenHash, session);
    await this.#close(this.#expired());
  }

  find(tokenHash: string): SignedIn | undefined {
    const session = this.#byHash.get(tokenHash);
    return session !== undefined && session.expiresAt > this.#now() ? session : undefined;
  }

  /** A new session with 256 random bits as its token, of which only the hash is kept. */
  async open(username: string): Promise<OpenedSession> {
    const token = randomBytes(32).toString('base64url');
    const openedAt = this.#now();
    const session = { tokenHash: hashOfToken(token), username, openedAt, expiresAt: openedAt + SESSION_MS };
    const entry: NewEntry = { entry: { kind: 'session-opened', session }, alarm: undefined };
    await this.#journal.append([{ subject: `session/${username}`, expectedVersion: undefined, entries: [entry] }]);
    this.#byHash.set(session.tokenHash, session);
    await this.#close([...this.#expired(), ...this.#tooMany(username)]);
    return { token, expiresAt: session.expiresAt };
  }

  async close(tokenHash: string): Promise<void> {
    const session = this.#byHash.get(tokenHash);
    if (session !== undefined) await this.#close([session]);
  }

  closeAllOf = (username: string): Promise<void> => this.#close(this.#of(username));

  /** Oldest first. */
  #of = (username: string): SignedIn[] =>
    [...this.#byHash.values()].filter((one) => one.username === username).sort((a, b) => a.openedAt - b.openedAt);
  #expired = (): SignedIn[] => [...this.#byHash.values()].filter(({ expiresAt }) => expiresAt <= this.#now());
  #tooMany = (username: string): SignedIn[] => this.#of(username).slice(0, -SESSIONS_OF_ONE_MAX);

  /** Memory first: a session that could not be closed in the journal must not hold meanwhile. */
  async #close(sessions: readonly SignedIn[]): Promise<void> {
    if (sessions.length === 0) return;
    for (const { tokenHash } of sessions) this.#byHash.delete(tokenHash);
    const writes = sessions.map(({ tokenHash, username }) => ({
      subject: `session/${username}`,
      expectedVersion: undefined,
      entries: [{ entry: { kind: 'session-closed' as const, tokenHash }, alarm: undefined }],
    }));
    await this.#journal.append(writes);
  }
}
