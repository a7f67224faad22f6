import { createHash, createHmac } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isWrite } from './gate.ts';
import { type Answer, IdempotencyStore } from './idempotency-store.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    act: Act | undefined;
  }
}

/** The act behind an Idempotency-Key. `key` is a hash of person and key, `fingerprint` one of what was asked. */
type Act = {
  readonly key: string;
  readonly fingerprint: string;
  readonly finish: (answer: Answer | undefined) => void;
};

const KEY_SHAPE = /^[\x21-\x7e]{1,128}$/;

/**
 * The same Idempotency-Key of the same person is the same act: its first answer is given again for a day, also after
 * a restart. Those who come while the first is under way wait for it. An act that was under way when the process
 * died is answered with `outcome-unknown`: it may or may not have been done.
 * An answer that holds a secret is not kept: such a route does the act again.
 * Refusals before the act (401, 403, 429, a wrong field) and 5xx that mean "nothing was done" are not kept.
 */
export function keepAnswers(http: FastifyInstance, { idempotencyFile, now }: HttpPorts): void {
  const store = new IdempotencyStore(idempotencyFile, now);
  const running = new Map<string, Promise<Answer | undefined>>();
  http.decorateRequest('act', undefined);
  http.addHook('onClose', async () => store.close());
  // After the route's own guards: who may not do it learns nothing of an earlier answer.
  http.addHook('onRoute', (route) => {
    const methods = [route.method].flat();
    if (route.config?.isPublic === true || route.config?.isAnswerSecret === true || !methods.some(isWrite)) return;
    route.preHandler = [route.preHandler ?? []].flat().concat(takeUp);
  });

  async function takeUp(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const key = keyOf(request);
    if (key === undefined) return undefined;
    const fingerprint = fingerprintOf(request);
    for (;;) {
      const first = running.get(key);
      if (first === undefined) break;
      await first; // it may have come to nothing: then the next in line does it
    }
    const stored = store.find(key);
    if (stored !== undefined) return again(reply, stored, fingerprint);
    store.begin(key, fingerprint);
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    running.set(key, promise);
    request.act = {
      key,
      fingerprint,
      finish: (answer) => {
        if (answer === undefined) store.forget(key);
        else store.finish(key, answer);
        running.delete(key);
        resolve(answer);
      },
    };
    return undefined;
  }

  http.addHook('onSend', async (request, reply, payload) => {
    const { act } = request;
    request.act = undefined;
    act?.finish(isKept(reply.statusCode) ? answerOf(reply, payload) : undefined);
    return payload;
  });
  // Should an answer never come to be, those who wait for it must not wait for ever.
  http.addHook('onResponse', async (request) => request.act?.finish(undefined));
}

/** 504 is kept: the same key must not send a command to a device a second time. */
const isKept = (status: number): boolean => status < 500 || status === 504 || status === 502;

function again(reply: FastifyReply, stored: ReturnType<IdempotencyStore['find']>, fingerprint: string): FastifyReply {
  if (stored?.fingerprint !== fingerprint) throw new Refused('key-reused', { field: 'Idempotency-Key' });
  if (stored.answer === undefined) throw new Refused('outcome-unknown', { field: 'Idempotency-Key' });
  const { status, contentType, body } = stored.answer;
  reply
    .code(status)
    .header('idempotency-replayed', 'true')
    .serializer((text: unknown) => String(text));
  return contentType === '' ? reply.send() : reply.header('content-type', contentType).send(body);
}

function answerOf(reply: FastifyReply, payload: unknown): Answer {
  const contentType = String(reply.getHeader('content-type') ?? '');
  return { status: reply.statusCode, contentType, body: typeof payload === 'string' ? payload : '' };
}

function keyOf({ headers, operator }: FastifyRequest): string | undefined {
  const text = headers['idempotency-key'];
  if (text === undefined) return undefined;
  if (typeof text !== 'string' || !KEY_SHAPE.test(text)) {
    const expected = 'one header of 1 to 128 printable characters, such as a UUID';
    throw new Refused('bad-value', { field: 'Idempotency-Key', value: String(text).slice(0, 80), expected });
  }
  return createHash('sha256')
    .update(JSON.stringify([operator.username, text]))
    .digest('hex');
}

/** Keyed by the client's own key, of which only a hash is stored: the store cannot be used to guess a password. */
function fingerprintOf({ headers, method, url, body }: FastifyRequest): string {
  const key = String(headers['idempotency-key']);
  return createHmac('sha256', key)
    .update(JSON.stringify([method, url, body ?? null]))
    .digest('hex');
}
