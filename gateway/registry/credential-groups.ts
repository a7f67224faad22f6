import { z } from 'zod';
import type { Actor } from '../domain/actor.ts';
import type { OtherEntry } from '../domain/entry.ts';
import type { Journal, JournalQueries } from '../journal/journal.ts';
import type { Vault } from './vault.ts';

export type Login = Readonly<{ username: string; password: string }>;

const KEY = 'credential-group/';
const Stored = z.array(z.object({ username: z.string(), password: z.string() }));

export type GroupPorts = Readonly<{
  journal: Pick<Journal, 'append'>;
  queries: Pick<JournalQueries, 'facts'>;
  vault: Vault;
}>;

/** Sign-ins that a site's cameras may have, by group (凭据组), in the order in which they are tried. Sealed in the log. */
export class CredentialGroups {
  readonly #ports: GroupPorts;
  readonly #groups = new Map<string, readonly Login[]>();
  readonly #listeners = new Set<(name: string) => void>();

  constructor(ports: GroupPorts) {
    this.#ports = ports;
    for (const { key, value } of ports.queries.facts(KEY)) {
      const name = key.slice(KEY.length);
      const open = (text: string): string => ports.vault.open(text, contextOf(name));
      this.#groups.set(
        name,
        Stored.parse(value).map((one) => ({ ...one, password: open(one.password) })),
      );
    }
  }

  find = (name: string): readonly Login[] | undefined => this.#groups.get(name);
  list = (): readonly Readonly<{ name: string; count: number }>[] =>
    [...this.#groups].map(([name, { length }]) => ({ name, count: length }));

  /** Durable when it resolves. Throws JournalUnavailable. */
  async put(name: string, logins: readonly Login[], by: Actor): Promise<void> {
    await this.#store(name, logins, by);
    this.#groups.set(name, logins);
    for (const listener of this.#listeners) listener(name);
  }

  async #store(name: string, logins: readonly Login[], by: Actor): Promise<void> {
    const items = logins.map((one) => ({ ...one, password: this.#ports.vault.seal(one.password, contextOf(name)) }));
    const entry: OtherEntry = { kind: 'credential-group-put', group: name, items, by };
    const write = {
      subject: `credentials/${name}`,
      expectedVersion: undefined,
      entries: [{ entry, alarm: undefined }],
    };
    await this.#ports.journal.append([write]);
  }

  /** Seals all of them anew. Nobody is told: no sign-in changed. Throws JournalUnavailable. */
  async reseal(by: Actor): Promise<void> {
    for (const [name, logins] of this.#groups) await this.#store(name, logins, by);
  }

  /** Calls `listener` after each change of a group. Returns the way to stop listening. */
  onChange(listener: (name: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

const contextOf = (name: string): string => `credential group ${name}`;
