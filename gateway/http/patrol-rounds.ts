import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import { type PatrolRound as Round, seesRound } from '../domain/patrol.ts';
import type { PassingFault } from '../patrol/round-desk.ts';
import { PatrolRound, PointPassing, RoundPage, RoundQuery } from './contract/patrol.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { saidAt } from './said-at.ts';
import { toRound, toTask } from './wire.ts';

const ById = z.object({ id: z.string().regex(/^[a-z0-9.-]{1,80}$/, 'a round such as hk-east-night.2026-11-25.2200') });
const ByPoint = ById.extend({ n: z.coerce.number().int().min(0).max(99).describe('counts from 0') });

/** Rounds of the patrol plans (巡护班次), and their check-points. */
export const patrolRounds: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, patrol, now }) => {
  const { rounds } = patrol;

  http.get(
    '/patrol/rounds',
    { schema: { querystring: RoundQuery, response: { 200: RoundPage } }, preHandler: access.require('patrol.read') },
    async ({ query: { date }, operator }) => ({
      items: rounds
        .all()
        .filter((round) => seesRound(operator.scope, round))
        .filter((round) => (date === undefined ? round.state === 'open' : round.date === date))
        .sort((a, b) => a.from - b.from)
        .map(toRound),
    }),
  );

  http.get(
    '/patrol/rounds/:id',
    { schema: { params: ById, response: { 200: PatrolRound } }, preHandler: access.require('patrol.read') },
    async ({ params, operator }) => toRound(roundFor(operator, rounds.find(params.id), params.id)),
  );

  http.post(
    '/patrol/rounds/:id/check-points/:n',
    {
      schema: { params: ByPoint, body: PointPassing, response: { 200: PatrolRound } },
      preHandler: access.require('patrol.act'),
    },
    async ({ params, body: { position, reason, at }, operator }) => {
      const round = roundFor(operator, rounds.find(params.id), params.id);
      const place = round.points[params.n]?.place;
      const metres = position === undefined || place === undefined ? undefined : patrol.distanceM(place, position);
      const distanceM = metres === undefined ? undefined : Math.round(metres);
      const by = actorOf(operator);
      const done = await rounds.pass(round.id, params.n, { distanceM, reason, doneAt: saidAt(at, now()), by });
      if (done.ok) return toRound(done.value);
      throw refusalOf(done.error);
    },
  );
};

function roundFor({ scope }: Operator, round: Round | undefined, id: string): Round {
  if (round !== undefined && seesRound(scope, round)) return round;
  throw new Refused('not-found', { field: 'id', value: id, expected: 'a round of your scope' });
}

function refusalOf(fault: PassingFault): Refused {
  switch (fault.kind) {
    case 'unknown-round':
      return new Refused('not-found', { field: 'id', value: '', expected: 'a round' });
    case 'unknown-point':
      return new Refused('not-found', { field: 'n', value: '', expected: 'the place of a check-point, from 0' });
    case 'not-holder': {
      const { present } = fault;
      return new Refused('not-holder', { field: 'holder', value: present.holder ?? '', task: toTask(present) });
    }
    case 'bad-value':
      return refusedValue(fault.fault);
  }
}
