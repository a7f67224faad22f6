import type {} from 'fastify';
import { may, type Operator } from './operator.ts';
import type { Permission } from './permissions.ts';

/** The session behind a request: who holds it, until when, and by which of the two ways it came. */
export type Holder = Readonly<{ operator: Operator; tokenHash: string; expiresAt: number }>;
export type Credential = Readonly<{ token: string; way: 'bearer' | 'cookie' }>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Throws NotAllowed on a route that needs no session: only guarded routes have an operator. */
    readonly operator: Operator;
    holder: Holder | undefined;
    credential: Credential | undefined;
  }
}

/** A request by nobody, or by somebody whose role does not allow it. Answered with 401 or 403. */
export class NotAllowed extends Error {
  readonly reason: 'no-session' | 'no-permission' | 'foreign-origin';
  readonly permission: Permission | undefined;
  constructor(reason: NotAllowed['reason'], permission?: Permission) {
    super(`not allowed: ${reason}`);
    this.name = 'NotAllowed';
    this.reason = reason;
    this.permission = permission;
  }
}

/** A preHandler that carries the permission it asks for, so that every route can be checked for having one. */
export type Guard = ((request: { readonly operator: Operator }) => Promise<void>) &
  Readonly<{ permission: Permission }>;

export function requirePermission(permission: Permission): Guard {
  const guard = async (request: { readonly operator: Operator }): Promise<void> => {
    if (!may(request.operator, permission)) throw new NotAllowed('no-permission', permission);
  };
  return Object.assign(guard, { permission });
}

export const isGuard = (handler: unknown): handler is Guard => typeof handler === 'function' && 'permission' in handler;
