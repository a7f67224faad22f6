import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/access.ts';
import { covers } from '../domain/scope.ts';
import { AuditPage } from './contract/people.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { guardOf, isWrite } from './gate.ts';
import type { HttpPorts } from './ports.ts';
import { toIso } from './wire.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Puts the act into the trail before it is done; the line at the end of the request is then left out. */
    auditNow(act: string, object: string): Promise<void>;
    isAudited: boolean;
  }
  interface FastifyContextConfig {
    /** The permission of the route's guard, by which the trail names the act. */
    act?: string;
  }
}

/**
 * Every write and every refused write of a person leaves a line in the trail (审计日志), durable before the answer
 * goes out. What changes the journal is in it by its own entry already, with the same name; commands to devices are
 * written before they are sent.
 */
export function auditRequests(http: FastifyInstance, access: Access): void {
  http.decorateRequest('isAudited', false);
  http.decorateRequest('auditNow', async function auditNow(this: FastifyRequest, act: string, object: string) {
    this.isAudited = true;
    await access.audit({ by: this.operator, act, object, result: 'done', from: this.ip });
  });
  http.addHook('onRoute', (route) => {
    const guard = guardOf(route);
    if (guard !== undefined) route.config = { ...route.config, act: guard.permission };
  });
  http.addHook('onSend', async (request, reply, payload) => {
    await auditAnswer(access, request, reply);
    return payload;
  });
}

async function auditAnswer(access: Access, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  const { holder, routeOptions } = request;
  if (holder === undefined || !isWrite(request.method) || request.is404) return;
  if (reply.hasHeader('idempotency-replayed')) return; // an answer given again is no second act
  const isRefused = reply.statusCode >= 400;
  // 5xx: either nothing was done, or the trail holds the attempt already. The journal may be what is missing.
  if (reply.statusCode >= 500 || (request.isAudited && !isRefused)) return;
  await access.audit({
    by: holder.operator,
    act: routeOptions.config.act ?? `${request.method} ${routeOptions.url ?? ''}`,
    object: request.url.split('?', 1)[0] ?? '',
    result: isRefused ? 'refused' : 'done',
    from: request.ip,
  });
}

const Position = z.tuple([z.int()]);
const Query = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  cursor: z.string().max(100).optional(),
});

/** The trail for the auditor, newest first: acts of people whose centre lies in the reader's scope. */
export const auditTrail: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, queries }) => {
  http.get(
    '/audit',
    { schema: { querystring: Query, response: { 200: AuditPage } }, preHandler: access.require('audit.read') },
    async ({ query, operator }) => {
      const before = readCursor(Position, query.cursor)?.[0];
      const found = queries.entriesOf(['audited'], before, query.limit);
      const last = found.length === query.limit ? found.at(-1) : undefined;
      const items = found.flatMap(({ seq, at, entry }) => {
        if (entry.kind !== 'audited') return [];
        const { by, act, object, result, from } = entry;
        if (by.centre !== undefined && !covers({ regions: operator.scope.regions }, { region: by.centre })) return [];
        return [{ seq, at: toIso(at), by: by.name, centre: by.centre, act, object, result, from }];
      });
      return { items, next: last === undefined ? undefined : writeCursor([last.seq]) };
    },
  );
};
