import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Histogram } from 'prom-client';
import { z } from 'zod';
import { NotAllowed } from '../access/guard.ts';
import { may } from '../access/operator.ts';
import { Readiness } from './contract/system.ts';
import type { HttpPorts } from './ports.ts';

const config = { isPublic: true };

/** Whether the gateway is alive, whether it can take signals and operators, and its figures for Prometheus. */
export const health: FastifyPluginAsyncZod<HttpPorts> = async (http, { health: parts, metrics }) => {
  http.get('/healthz', { config, schema: { response: { 200: z.object({ ok: z.literal(true) }) } } }, async () => ({
    ok: true as const,
  }));

  http.get('/readyz', { config, schema: { response: { 200: Readiness, 503: Readiness } } }, async (_request, reply) => {
    const states = parts.map(({ name, fault }) => {
      const reason = fault();
      return { name, ok: reason === undefined, reason };
    });
    const ready = states.every(({ ok }) => ok);
    return reply.code(ready ? 200 : 503).send({ ready, parts: states });
  });

  // Public for Prometheus beside the gateway; its figures tell how a city's defences stand, so not beyond that.
  http.get('/metrics', { config }, async ({ ip, headers, holder }, reply) => {
    const isLocal = isLoopback(ip) && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
    if (!isLocal && holder === undefined) throw new NotAllowed('no-session');
    if (!isLocal && holder !== undefined && !may(holder.operator, 'metrics.read')) {
      throw new NotAllowed('no-permission', 'metrics.read');
    }
    return reply.header('content-type', metrics.contentType).send(await metrics.metrics());
  });
};

const isLoopback = (ip: string): boolean => ip === '::1' || /^(::ffff:)?127\./.test(ip);

/** Times every answer by route, never by path: the number of series is that of the routes. */
export function requestTimer(metrics: HttpPorts['metrics']) {
  const histogram = new Histogram({
    name: 'fengsui_http_request_seconds',
    help: 'Time from the request to the end of its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [metrics],
  });
  return (method: string, route: string, status: number, elapsedMs: number): void =>
    histogram.observe({ method, route, status }, elapsedMs / 1000);
}
