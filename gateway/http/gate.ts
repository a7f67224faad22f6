import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { Access } from '../access/access.ts';
import { isOwnOrigin, SESSION_COOKIE } from '../access/browser.ts';
import { type Credential, type Guard, isGuard, NotAllowed } from '../access/guard.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A route that answers anybody. Everything else must carry a guard, or the server does not start. */
    isPublic?: boolean;
    /** The answer holds a secret: it is not kept for a second time, whatever the Idempotency-Key. */
    isAnswerSecret?: boolean;
  }
}

/**
 * Nobody passes without a session: looked at before the body is read, so that strangers cannot make the gateway
 * parse anything. Permissions are the routes' own guards; here it is only made sure that each has one.
 */
export function guardRequests(http: FastifyInstance, access: Access): void {
  http.decorateRequest('credential', undefined);
  http.decorateRequest('holder', undefined);
  http.decorateRequest('operator', { getter: operatorOfRequest });
  http.addHook('onRoute', refuseUnguarded);
  http.addHook('onRequest', async (request) => {
    request.credential = credentialOf(request);
    request.holder = request.credential === undefined ? undefined : access.holderOf(request.credential.token);
    if (request.routeOptions.config.isPublic === true || request.is404) return;
    if (request.holder === undefined) throw new NotAllowed('no-session');
    if (request.credential?.way === 'cookie' && isWrite(request.method)) refuseForeignOrigin(request);
  });
}

function operatorOfRequest(this: FastifyRequest) {
  if (this.holder === undefined) throw new NotAllowed('no-session');
  return this.holder.operator;
}

/** The guard among a route's preHandlers. */
export function guardOf(route: Pick<RouteOptions, 'preHandler'>): Guard | undefined {
  const handlers: readonly unknown[] = [route.preHandler].flat();
  return handlers.find(isGuard);
}

function refuseUnguarded(route: RouteOptions): void {
  if (route.config?.isPublic === true || guardOf(route) !== undefined) return;
  throw new Error(`${String(route.method)} ${route.url} asks for no permission: give it access.require(…)`);
}

/** The header wins: who sends a token by hand means it. */
function credentialOf(request: FastifyRequest): Credential | undefined {
  const bearer = /^Bearer +([A-Za-z0-9_-]{1,128})$/i.exec(request.headers.authorization ?? '');
  if (bearer?.[1] !== undefined) return { token: bearer[1], way: 'bearer' };
  const cookie = request.cookies[SESSION_COOKIE];
  return cookie === undefined ? undefined : { token: cookie, way: 'cookie' };
}

export const isWrite = (method: string): boolean => method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS';

/**
 * A browser says where a write comes from, in Origin and in Sec-Fetch-Site; another site's is refused. A client that
 * says neither is no browser, so nobody was lured into it.
 */
function refuseForeignOrigin({ headers, host }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new NotAllowed('foreign-origin');
  if (!isOwnOrigin(headers.origin, host)) throw new NotAllowed('foreign-origin');
}
