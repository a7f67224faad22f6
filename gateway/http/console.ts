import { existsSync } from 'node:fs';
import { join } from 'node:path';
import staticFiles from '@fastify/static';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refused } from './problems.ts';

const NOT_BUILT = `烽燧网关正在运行，但控制台尚未构建。请运行 npm run build，然后刷新此页。
The Fengsui gateway is running, but its console has not been built. Run npm run build and reload this page.
`;
const YEAR_S = 31_536_000;

/**
 * The console's files. An address that is a page of the console (`/alarms/…`, `/wall/2`) gets its one page; whether
 * it was built is looked at on each request, so that building it needs no restart.
 */
export async function serveConsole(http: FastifyInstance, folder: string): Promise<void> {
  const page = join(folder, 'index.html');
  await http.register(staticFiles, {
    root: folder,
    serve: false,
    setHeaders: (reply, path) => {
      const isHashed = path.includes('/assets/'); // the build names these by their content
      reply.header('cache-control', isHashed ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
    },
  });
  http.setNotFoundHandler((request) => {
    throw new Refused('not-found', { field: 'path', value: request.url.slice(0, 80), expected: 'see /api/docs/json' });
  });
  http.get('/*', { config: { isPublic: true }, schema: { hide: true } }, (request, reply) => {
    const path = pathOf(request);
    if (OF_PROGRAMS.test(path)) return reply.callNotFound();
    if (HAS_ENDING.test(path)) return reply.sendFile(path);
    return existsSync(page)
      ? reply.sendFile('index.html')
      : reply.code(503).type('text/plain; charset=utf-8').send(NOT_BUILT);
  });
}

/** No page of the console is here: a wrong call must not be answered with one. */
const OF_PROGRAMS = /^\/(api|socket\.io|live)(\/|$)/;
const HAS_ENDING = /\.[a-z0-9]+$/i;

const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '/';
