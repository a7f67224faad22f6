import type { Logger } from 'pino';
import type { Actor } from '../domain/actor.ts';
import type { RegionCode } from '../domain/region.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';
import { operatorOf, readAccount, SignedInSchema } from './account.ts';
import { AccountBook, type AccountFault, type AccountInput } from './accounts.ts';
import { type Guard, type Holder, requirePermission } from './guard.ts';
import { Lockout } from './lockout.ts';
import { actorOf, type Operator } from './operator.ts';
import { hashPassword, inventPassword, matchesPassword } from './password.ts';
import type { Permission } from './permissions.ts';
import { hashOfToken, type OpenedSession, SessionBook } from './sessions.ts';

export type AccessPorts = Readonly<{
  journal: Pick<Journal, 'append' | 'versionOf'>;
  queries: Pick<JournalQueries, 'facts' | 'entriesOf'>;
  now: () => number;
  log: Logger;
  /** Of the first administrator, `admin`; undefined: one is made up and announced once. */
  adminPassword: string | undefined;
  city: RegionCode;
  announce: (password: string) => void;
}>;

export type SignInFault = Readonly<{ kind: 'wrong' }> | Readonly<{ kind: 'locked'; waitMs: number }>;

/** Who may come in, and what they may do. */
export interface Access {
  /** Throws JournalUnavailable, as all writes here do. */
  signIn(username: string, password: string, from: string): Promise<Result<OpenedSession & Holder, SignInFault>>;
  signOut(tokenHash: string): Promise<void>;
  /** The person behind a token, with the role and scope that they have now; undefined once it does not hold. */
  holderOf(token: string): Holder | undefined;
  holderOfHash(tokenHash: string): Holder | undefined;
  /** The person of that name as they are now, whether signed in or not. */
  find(username: string): Operator | undefined;
  usersFor(reader: Operator): readonly Operator[];
  addUser(
    username: string,
    input: AccountInput & { password: string },
    by: Operator,
  ): Promise<Result<Operator, AccountFault>>;
  changeUser(username: string, input: AccountInput, by: Operator): Promise<Result<Operator, AccountFault>>;
  removeUser(username: string, by: Operator): Promise<Result<void, AccountFault>>;
  require(permission: Permission): Guard;
  /** One line of the audit trail (审计日志), durable when it resolves. */
  audit(record: AuditRecord): Promise<void>;
  /** Called when sessions or rights of a person changed. Returns the way to stop listening. */
  onChange(listener: (username: string) => void): () => void;
}

export type AuditRecord = Readonly<{
  by: Operator;
  act: string;
  object: string;
  result: 'done' | 'refused';
  from: string | undefined;
}>;

/** Entries that are looked at to know who has to wait; older failures have been forgotten anyway. */
const REBUILD_MAX = 10_000;
const USERNAME_SHAPE = /^[a-z][a-z0-9._-]{1,31}$/;
const FOUNDER: Actor = { name: 'fengsui', centre: undefined };

export async function openAccess(ports: AccessPorts): Promise<Access> {
  const { journal, queries, now } = ports;
  const accounts = new AccountBook(
    journal,
    [...queries.facts('account/')].map(({ value }) => readAccount(value)),
  );
  const sessions = new SessionBook(journal, now);
  await sessions.takeUp([...queries.facts('session/')].map(({ value }) => SignedInSchema.parse(value)));
  if (accounts.size === 0) await foundAdministrator(accounts, ports);
  return new JournalledAccess(ports, accounts, sessions, lockoutFrom(queries));
}

function lockoutFrom(queries: AccessPorts['queries']): Lockout {
  const lockout = new Lockout();
  for (const { entry, at } of [
    ...queries.entriesOf(['sign-in-refused', 'session-opened'], undefined, REBUILD_MAX),
  ].reverse()) {
    if (entry.kind === 'sign-in-refused') lockout.failed(entry.username, entry.from, at);
    if (entry.kind === 'session-opened') lockout.succeeded(entry.session.username);
  }
  return lockout;
}

async function foundAdministrator(
  accounts: AccountBook,
  { adminPassword, city, announce }: AccessPorts,
): Promise<void> {
  const password = adminPassword ?? inventPassword();
  const passwordHash = await hashPassword(password);
  const scope = { regions: [city] };
  const account = { username: 'admin', displayName: undefined, role: 'administrator' as const, scope, passwordHash };
  await accounts.found({ ...account, version: 1 }, FOUNDER);
  if (adminPassword === undefined) announce(password);
}

class JournalledAccess implements Access {
  readonly #ports: AccessPorts;
  readonly #accounts: AccountBook;
  readonly #sessions: SessionBook;
  readonly #lockout: Lockout;
  readonly #listeners = new Set<(username: string) => void>();
  /** Attempts of one name go one after the other: guesses in parallel would all pass before the first was counted. */
  readonly #attempts = new Map<string, Promise<unknown>>();

  constructor(ports: AccessPorts, accounts: AccountBook, sessions: SessionBook, lockout: Lockout) {
    this.#ports = ports;
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#lockout = lockout;
  }

  async signIn(username: string, password: string, from: string): Promise<Result<OpenedSession & Holder, SignInFault>> {
    // Something that cannot be a name may be a password typed into the wrong field: it is not kept.
    const name = USERNAME_SHAPE.test(username) ? username : '?';
    const before = this.#attempts.get(name) ?? Promise.resolve();
    const attempt = before.catch(() => undefined).then(() => this.#attempt(name, password, from));
    this.#attempts.set(name, attempt);
    try {
      return await attempt;
    } finally {
      if (this.#attempts.get(name) === attempt) this.#attempts.delete(name);
    }
  }

  async #attempt(name: string, password: string, from: string): Promise<Result<OpenedSession & Holder, SignInFault>> {
    const waitMs = this.#lockout.waitMs(name, from, this.#ports.now());
    if (waitMs > 0) return failed({ kind: 'locked', waitMs });
    const account = this.#accounts.find(name);
    const matches = await matchesPassword(account?.passwordHash, password);
    if (account === undefined || !matches) return this.#refuse(name, from);
    this.#lockout.succeeded(name);
    const session = await this.#sessions.open(name);
    return ok({ ...session, operator: operatorOf(account), tokenHash: hashOfToken(session.token) });
  }

  async #refuse(username: string, from: string): Promise<Result<never, SignInFault>> {
    const { journal, now, log } = this.#ports;
    this.#lockout.failed(username, from, now());
    const entries = [{ entry: { kind: 'sign-in-refused' as const, username, from }, alarm: undefined }];
    await journal.append([{ subject: 'sign-in', expectedVersion: undefined, entries }]);
    const waitMs = this.#lockout.waitMs(username, from, now());
    if (waitMs > 0) log.warn({ from, waitMs }, 'sign-in locked after repeated failures');
    return failed({ kind: 'wrong' });
  }

  async signOut(tokenHash: string): Promise<void> {
    const session = this.#sessions.find(tokenHash);
    await this.#sessions.close(tokenHash);
    if (session !== undefined) this.#changed(session.username);
  }

  holderOf = (token: string): Holder | undefined => this.holderOfHash(hashOfToken(token));

  holderOfHash(tokenHash: string): Holder | undefined {
    const session = this.#sessions.find(tokenHash);
    const operator = session === undefined ? undefined : this.find(session.username);
    if (session === undefined || operator === undefined) return undefined;
    return { operator, tokenHash, expiresAt: session.expiresAt };
  }

  find(username: string): Operator | undefined {
    const account = this.#accounts.find(username);
    return account === undefined ? undefined : operatorOf(account);
  }

  usersFor = (reader: Operator): readonly Operator[] => this.#accounts.visibleTo(reader).map(operatorOf);

  async addUser(username: string, input: AccountInput & { password: string }, by: Operator) {
    const added = await this.#accounts.add(username, input, by);
    return added.ok ? ok(operatorOf(added.value)) : added;
  }

  async changeUser(username: string, input: AccountInput, by: Operator): Promise<Result<Operator, AccountFault>> {
    const changed = await this.#accounts.change(username, input, by);
    if (!changed.ok) return changed;
    if (input.password !== undefined) await this.#sessions.closeAllOf(username);
    this.#changed(username);
    return ok(operatorOf(changed.value));
  }

  async removeUser(username: string, by: Operator): Promise<Result<void, AccountFault>> {
    const removed = await this.#accounts.remove(username, by);
    if (!removed.ok) return removed;
    await this.#sessions.closeAllOf(username);
    this.#changed(username);
    return removed;
  }

  require = requirePermission;

  async audit({ by, act, object, result, from }: AuditRecord): Promise<void> {
    const entry = { kind: 'audited' as const, by: actorOf(by), act, object, result, from };
    const write = { subject: 'audit', expectedVersion: undefined, entries: [{ entry, alarm: undefined }] };
    await this.#ports.journal.append([write]);
  }

  onChange(listener: (username: string) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #changed(username: string): void {
    for (const listener of this.#listeners) listener(username);
  }
}
