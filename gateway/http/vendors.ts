import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { HttpPorts, VendorAnswer } from './ports.ts';

/** Pushes of one address in a minute: a platform speaks for all devices of a city. The intake caps each device. */
const PUSHES_PER_MINUTE = 60_000;
/** An event with its pictures, which are passed over. */
const BODY_MAX_BYTES = 16 * 1024 * 1024;
const By = z.object({ family: z.string(), token: z.string().optional() });
const Query = z.record(z.string(), z.unknown());

/**
 * What devices and platforms push by HTTP (`/vendors/{family}`), answered when the journal or the dead letters hold it:
 * 503 means that they must send again. The door asks for each path's own secret; there is no session.
 */
export const vendors: FastifyPluginAsync<Pick<HttpPorts, 'vendors'>> = async (http, { vendors: door }) => {
  // the body goes to the adapter as it came: a signature is over its bytes, and pictures in it are never held
  http.removeAllContentTypeParsers();
  http.addContentTypeParser('*', (_request, body, done) => done(null, body));

  const route = {
    config: { isPublic: true, rateLimit: { max: PUSHES_PER_MINUTE, timeWindow: '1 minute' } },
    schema: { hide: true },
    bodyLimit: BODY_MAX_BYTES,
  };
  const push = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { family, token } = By.parse(request.params);
    const { authorization, 'content-type': contentType } = request.headers;
    const body = request.body === request.raw ? request.raw : nothing();
    return answer(reply, await door.push({ family, token, authorization, contentType, from: request.ip, body }));
  };
  http.post('/:family', route, push);
  http.post('/:family/:token', route, push);
  http.get('/:family', route, async ({ params, query }, reply) =>
    answer(reply, door.verify(By.parse(params).family, Query.parse(query))),
  );
};

/** The body of a request without one. */
async function* nothing(): AsyncGenerator<Uint8Array> {}

function answer(reply: FastifyReply, { status, body }: VendorAnswer): FastifyReply {
  if (status === 401) reply.header('www-authenticate', 'Basic realm="fengsui"');
  return typeof body === 'string' ? reply.code(status).type('text/plain').send(body) : reply.code(status).send(body);
}
