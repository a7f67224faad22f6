import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import type { Access } from '../access/access.ts';

/** The OpenAPI page is made of the routes' own schemas. Registered before them: it listens as they come. */
export async function describeRoutes(http: FastifyInstance): Promise<void> {
  await http.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Fengsui 烽燧', version: '1', description: 'Alarms, devices, cameras, people. Errors: RFC 9457.' },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'fengsui_session' },
        },
      },
      security: [{ bearer: [] }, { cookie: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
}

export function serveDescription(http: FastifyInstance, access: Access): void {
  http.get('/api/docs/json', { schema: { hide: true }, preHandler: access.require('docs.read') }, async () =>
    http.swagger(),
  );
}
