import { z } from 'zod';
import type { Account } from '../domain/entry.ts';
import type { Operator } from './operator.ts';
import { RoleSchema } from './permissions.ts';

/** Accounts and sessions come back from the log as JSON: read like anything else from outside. */
const ScopeSchema = z
  .object({
    regions: z.array(z.string()).min(1),
    lines: z.array(z.string()).optional(),
    compounds: z.array(z.string()).optional(),
  })
  .transform(({ regions, lines, compounds }) => ({
    regions,
    ...(lines === undefined ? {} : { lines }),
    ...(compounds === undefined ? {} : { compounds }),
  }));

export const AccountSchema = z.object({
  username: z.string(),
  displayName: z.string().optional(),
  role: RoleSchema,
  scope: ScopeSchema,
  passwordHash: z.string(),
  version: z.int(),
});
/** An account whose role is one that we know. */
export type KnownAccount = Account & Readonly<{ role: z.infer<typeof RoleSchema> }>;

export function readAccount(value: unknown): KnownAccount {
  const account = AccountSchema.parse(value);
  return { ...account, displayName: account.displayName };
}

export const SignedInSchema = z.object({
  tokenHash: z.string(),
  username: z.string(),
  openedAt: z.int(),
  expiresAt: z.int(),
});

export const operatorOf = ({ username, displayName, role, scope }: KnownAccount): Operator => ({
  username,
  displayName,
  role,
  scope,
  centre: scope.regions[0] ?? '000000000000',
});
