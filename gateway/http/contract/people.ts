import { z } from 'zod';
import { IsoTime, RegionCode } from './words.ts';

export const ROLES = ['viewer', 'operator', 'dispatcher', 'patrol', 'administrator', 'security', 'auditor'] as const;
export type Role = (typeof ROLES)[number];
export const User = z
  .object({
    username: z.string().regex(/^[a-z][a-z0-9._-]{1,31}$/, 'small letters, digits and . _ -, 2 to 32'),
    /** What stands on screens for this seat or team: 席 A, 彬江一队. */
    displayName: z.string().max(50).optional(),
    role: z.enum(ROLES),
    regions: z.array(RegionCode).min(1).max(100),
    lines: z.array(z.string().max(64)).max(50).optional(),
    compounds: z.array(z.string().max(64)).max(50).optional(),
  })
  .meta({ id: 'User' });
export type User = z.infer<typeof User>;
export const Password = z.string().min(10, 'at least 10 characters').max(200);
export const NewUser = User.extend({ password: Password });
export const UserChange = User.omit({ username: true }).extend({ password: Password.optional() });

export const SignIn = z.object({ username: z.string().max(64), password: z.string().max(200) });
export const Session = z.object({ token: z.string(), user: User, expiresAt: IsoTime }).meta({ id: 'Session' });
export type Session = z.infer<typeof Session>;

/** One line of the audit trail (审计日志): who did what, on what, from where, and whether it was done. */
export const AuditItem = z.object({
  seq: z.int(),
  at: IsoTime,
  by: z.string(),
  centre: RegionCode.optional(),
  act: z.string(),
  object: z.string(),
  result: z.enum(['done', 'refused']),
  from: z.string().optional(),
});
export const AuditPage = z.object({ items: z.array(AuditItem), next: z.string().optional() });
