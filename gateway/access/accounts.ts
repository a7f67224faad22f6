import type { Actor } from '../domain/actor.ts';
import type { Entry } from '../domain/entry.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Scope } from '../domain/scope.ts';
import type { Journal } from '../journal/journal.ts';
import type { KnownAccount } from './account.ts';
import { isScopeWithin } from './granting.ts';
import { actorOf, type Operator } from './operator.ts';
import { hashPassword } from './password.ts';
import type { RoleName } from './permissions.ts';

export type AccountInput = Readonly<{
  displayName: string | undefined;
  role: RoleName;
  scope: Scope;
  /** Undefined keeps the present one. */
  password: string | undefined;
}>;

/** Why an account was not written. */
export type AccountFault =
  | Readonly<{ kind: 'exists' }>
  | Readonly<{ kind: 'unknown' }>
  | Readonly<{ kind: 'conflict' }>
  /** Wider than the scope of the one who grants it, or an account that reaches beyond it. */
  | Readonly<{ kind: 'beyond-own-scope' }>
  | Readonly<{ kind: 'own-account' }>;

/** The people's accounts: the journal's latest values, kept in memory. */
export class AccountBook {
  readonly #byName = new Map<string, KnownAccount>();
  readonly #journal: Pick<Journal, 'append' | 'versionOf'>;

  constructor(journal: Pick<Journal, 'append' | 'versionOf'>, accounts: Iterable<KnownAccount>) {
    this.#journal = journal;
    for (const account of accounts) this.#byName.set(account.username, account);
  }

  get size(): number {
    return this.#byName.size;
  }

  find = (username: string): KnownAccount | undefined => this.#byName.get(username);

  /** Accounts that lie wholly in the scope of `reader`, by name. */
  visibleTo = (reader: Operator): readonly KnownAccount[] =>
    [...this.#byName.values()]
      .filter(({ scope }) => isScopeWithin(reader.scope, scope))
      .sort((a, b) => (a.username < b.username ? -1 : 1));

  async add(username: string, input: AccountInput & { password: string }, by: Operator) {
    if (this.#byName.has(username)) return failed<AccountFault>({ kind: 'exists' });
    return this.#write(username, input, by);
  }

  async change(username: string, input: AccountInput, by: Operator): Promise<Result<KnownAccount, AccountFault>> {
    const fault = this.#faultOfReach(username, by);
    if (fault !== undefined) return failed(fault);
    // Nobody makes more, or less, of themselves; a new password for oneself is fine.
    const isSameScope = isScopeWithin(by.scope, input.scope) && isScopeWithin(input.scope, by.scope);
    if (username === by.username && !(isSameScope && by.role === input.role)) return failed({ kind: 'own-account' });
    return this.#write(username, input, by);
  }

  async remove(username: string, by: Operator): Promise<Result<void, AccountFault>> {
    const fault = username === by.username ? { kind: 'own-account' as const } : this.#faultOfReach(username, by);
    if (fault !== undefined) return failed(fault);
    const isStored = await this.#append(username, { kind: 'account-removed', username, by: actorOf(by) });
    if (!isStored) return failed({ kind: 'conflict' });
    this.#byName.delete(username);
    return ok(undefined);
  }

  /** The gateway's own act: the first administrator. */
  async found(account: KnownAccount, by: Actor): Promise<void> {
    await this.#append(account.username, { kind: 'account-put', account, by });
    this.#byName.set(account.username, account);
  }

  #faultOfReach(username: string, by: Operator): AccountFault | undefined {
    const present = this.#byName.get(username);
    if (present === undefined) return { kind: 'unknown' };
    return isScopeWithin(by.scope, present.scope) ? undefined : { kind: 'beyond-own-scope' };
  }

  async #write(username: string, input: AccountInput, by: Operator): Promise<Result<KnownAccount, AccountFault>> {
    if (!isScopeWithin(by.scope, input.scope)) return failed({ kind: 'beyond-own-scope' });
    const seen = this.#journal.versionOf(subjectOf(username));
    const present = this.#byName.get(username);
    const newHash = input.password === undefined ? undefined : await hashPassword(input.password);
    const account: KnownAccount = {
      username,
      displayName: input.displayName,
      role: input.role,
      scope: input.scope,
      passwordHash: newHash ?? present?.passwordHash ?? '',
      version: (present?.version ?? 0) + 1,
    };
    if (!(await this.#append(username, { kind: 'account-put', account, by: actorOf(by) }, seen))) {
      return failed({ kind: 'conflict' });
    }
    this.#byName.set(username, account);
    return ok(account);
  }

  /** False when somebody else wrote this account since `seen`. */
  async #append(username: string, entry: Entry, seen?: number): Promise<boolean> {
    const subject = subjectOf(username);
    const expectedVersion = seen ?? this.#journal.versionOf(subject);
    const [answer] = await this.#journal.append([{ subject, expectedVersion, entries: [{ entry, alarm: undefined }] }]);
    return answer?.ok === true;
  }
}

const subjectOf = (username: string): string => `user/${username}`;
