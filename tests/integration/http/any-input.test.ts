import fc from 'fast-check';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { person, startHttpGateway } from '../../parts/http-gateway.ts';

const Described = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
/** What a person, a broken program or somebody who means harm may put into any field. */
const odd = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('', '__proto__', '../../etc/passwd', '1e999', 'NaN', '360902000000', '%00', "' OR 1=1 --", '\ud800'),
  fc.integer(),
  fc.jsonValue({ maxDepth: 3 }),
);
const fields = [
  'version',
  'note',
  'action',
  'items',
  'regions',
  'role',
  'username',
  'password',
  'layout',
  'tiles',
  'act',
  'name',
];
const body = fc.oneof(fc.dictionary(fc.constantFrom(...fields), odd), odd);

it('answers anything with a problem that it understands, never with a mistake of its own', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat', { role: 'administrator' });
  const dispatcher = await person(gateway, 'dispatcher');
  const { id } = await gateway.raise();
  const { paths } = Described.parse((await seat.get('/api/docs/json')).body);
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => [method, path] as const),
  );
  const calls = fc.record({
    route: fc.constantFrom(...routes),
    param: fc.oneof(
      fc.constant(id),
      fc.constantFrom('camera-k812', 'x', '1', '360902000000'),
      fc.string({ minLength: 1, maxLength: 20 }),
    ),
    query: fc.dictionary(
      fc.constantFrom('region', 'state', 'limit', 'cursor', 'from', 'quality', 'parent'),
      fc.string({ maxLength: 20 }),
    ),
    body,
    who: fc.constantFrom(seat, dispatcher),
  });
  const known = new Set([200, 201, 204, 400, 403, 404, 409, 415, 422, 429, 501, 502, 503]);
  await fc.assert(
    fc.asyncProperty(calls, async ({ route: [method, path], param, query, body: sent, who }) => {
      fc.pre(path !== '/api/v1/session');
      const url = `${path.replaceAll(/\{\w+\}/g, encodeURIComponent(param.toWellFormed()))}?${new URLSearchParams(query)}`;
      const answer = await gateway.http.inject({
        method: method.toUpperCase() as 'GET',
        url,
        headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json' },
        ...(method === 'get' ? {} : { payload: JSON.stringify(sent) }),
      });
      expect([method, url, answer.statusCode, known.has(answer.statusCode)]).toEqual([
        method,
        url,
        answer.statusCode,
        true,
      ]);
      if (answer.statusCode >= 400) expect(answer.json()).toMatchObject({ type: expect.stringMatching(/^fengsui:/) });
    }),
    { numRuns: 600 },
  );
});
