import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { DiscoverySearch, DiscoveryStatus } from './contract/devices.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { toIso } from './wire.ts';

/**
 * Looking for cameras (摄像机发现), by WS-Discovery and in ranges of addresses: it proposes, and adds nothing. One
 * search at a time; what the last one found is answered until the next.
 */
export const discovery: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, discovery: desk }) => {
  http.post(
    '/discovery',
    { schema: { body: DiscoverySearch, response: { 204: z.undefined() } }, preHandler: access.require('device.write') },
    async (request, reply) => {
      const { ranges, ports } = request.body;
      // In the trail before anything is sent: a scan is noticed by others, who will ask whose it was.
      await request.auditNow('device.discover', ['probe', ...ranges].join(' '));
      if (!desk.start({ ranges, ports })) {
        throw new Refused('conflict', { detail: 'a search is under way: GET /discovery tells how far it is' });
      }
      return reply.code(204).send();
    },
  );

  http.get(
    '/discovery',
    { schema: { response: { 200: DiscoveryStatus } }, preHandler: access.require('device.write') },
    async () => {
      const run = desk.status();
      if (run === undefined) return { state: 'never' as const, asked: 0, items: [] };
      const { startedAt, endedAt, fault, asked, items } = run;
      return {
        state: endedAt === undefined ? ('running' as const) : ('done' as const),
        startedAt: toIso(startedAt),
        endedAt: endedAt === undefined ? undefined : toIso(endedAt),
        fault,
        asked,
        items: [...items],
      };
    },
  );
};
