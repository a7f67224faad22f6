import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Region } from '../domain/region.ts';
import { RegionNode } from './contract/places.ts';
import { RegionCode } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';

/** The division tree. It is public knowledge: who is signed in may read all of it. */
export const regions: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, regions: tree }) => {
  const preHandler = access.require('region.read');

  http.get(
    '/regions',
    {
      schema: {
        querystring: z.object({ parent: RegionCode.optional() }),
        response: { 200: z.object({ items: z.array(RegionNode) }) },
      },
      preHandler,
    },
    async ({ query: { parent } }) => {
      if (parent !== undefined) known(tree.find(parent), parent);
      return { items: [...(parent === undefined ? tree.all() : tree.children(parent))] };
    },
  );

  http.get('/regions/borders', { preHandler }, async (_request, reply) =>
    reply
      .header('content-type', 'application/geo+json')
      .header('cache-control', 'private, max-age=3600')
      .send(tree.borders()),
  );

  http.get(
    '/regions/:code',
    { schema: { params: z.object({ code: RegionCode }), response: { 200: RegionNode } }, preHandler },
    async ({ params }) => known(tree.find(params.code), params.code),
  );
};

function known(region: Region | undefined, code: string): Region {
  if (region !== undefined) return region;
  throw new Refused('not-found', { field: 'region', value: code, expected: 'a code of the division tree' });
}
