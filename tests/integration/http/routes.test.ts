import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { ADMIN_PASSWORD, Api, startHttpGateway } from '../../parts/http-gateway.ts';

const OpenApi = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.object({ operationId: z.string().optional() }).loose())),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }).loose(),
});

it('describes every route of the contract, and answers none of them without a session', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const described = await admin.get('/api/docs/json');
  expect(described.status).toBe(200);
  const { paths, components } = OpenApi.parse(described.body);
  expect(Object.keys(components.schemas)).toEqual(
    expect.arrayContaining(['Alarm', 'Device', 'User', 'Wall', 'Problem']),
  );
  const stranger = new Api(gateway.url, undefined);
  const calls = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'x')] as const),
  );
  expect(calls.length).toBeGreaterThan(35);
  const open = new Set(['POST /api/v1/session', 'GET /healthz', 'GET /readyz', 'GET /metrics']);
  for (const [method, path] of calls) {
    if (open.has(`${method} ${path}`)) continue;
    const answer = await stranger.call(method, path, method === 'GET' ? undefined : {}, {});
    expect([method, path, answer.status]).toEqual([method, path, 401]);
    expect(answer.body).toMatchObject({ type: 'fengsui:no-session', status: 401 });
  }
});
