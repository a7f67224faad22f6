import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { SESSION_COOKIE } from '../access/browser.ts';
import type { Holder } from '../access/guard.ts';
import { Session, SignIn } from './contract/people.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { toIso, toUser } from './wire.ts';

/** Attempts to sign in from one address in a minute; the lock-out of a name comes on top. */
const SIGN_INS_PER_MINUTE = 60;

/** Signing in and out. The token is in the cookie for pages, and in the answer for programs and the socket. */
export const session: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, now }) => {
  http.post(
    '/session',
    {
      schema: { body: SignIn, response: { 200: Session } },
      config: { isPublic: true, rateLimit: { max: SIGN_INS_PER_MINUTE, timeWindow: '1 minute' } },
    },
    async (request, reply) => {
      const { username, password } = request.body;
      const signedIn = await access.signIn(username, password, request.ip);
      if (!signedIn.ok) throw refusalOf(signedIn.error);
      const { token, expiresAt } = signedIn.value;
      reply.setCookie(SESSION_COOKIE, token, { ...cookie(request.protocol), expires: new Date(expiresAt) });
      return answerOf(token, signedIn.value);
    },
  );

  http.get(
    '/session',
    { schema: { response: { 200: Session } }, preHandler: access.require('session.own') },
    async ({ holder, credential }) => {
      if (holder === undefined || credential === undefined) throw new Refused('no-session');
      return answerOf(credential.token, holder);
    },
  );

  http.delete(
    '/session',
    { schema: { response: { 204: z.undefined() } }, preHandler: access.require('session.own') },
    async (request, reply) => {
      if (request.holder !== undefined) await access.signOut(request.holder.tokenHash);
      return reply.clearCookie(SESSION_COOKIE, cookie(request.protocol)).code(204).send();
    },
  );

  const refusalOf = (fault: { kind: 'wrong' } | { kind: 'locked'; waitMs: number }): Refused => {
    if (fault.kind === 'wrong') return new Refused('wrong-password');
    const retryAfter = Math.ceil(fault.waitMs / 1000);
    return new Refused('locked', { retryAfter, detail: `until ${toIso(now() + fault.waitMs)}` });
  };
};

const cookie = (protocol: string) =>
  ({ path: '/', httpOnly: true, sameSite: 'strict', secure: protocol === 'https' }) as const;

const answerOf = (token: string, { operator, expiresAt }: Pick<Holder, 'operator' | 'expiresAt'>): Session => ({
  token,
  user: toUser(operator),
  expiresAt: toIso(expiresAt),
});
