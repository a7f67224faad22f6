import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import type { LinkageFault } from '../desk/desk.ts';
import { Alarm, LinkageAnswer } from './contract/alarms.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { alarmFor } from './scoped.ts';
import { toAlarm } from './wire.ts';

const Name = z.string().regex(/^[a-z0-9-]{1,40}$/);
const ByStep = z.object({ id: z.uuid(), rule: Name, step: Name });

/** People's answers to the dangerous steps of linkages (联动): a door, a call over the village's loudspeakers. */
export const linkages: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, desk }) => {
  for (const answer of ['confirm', 'decline'] as const) {
    http.post(
      `/alarms/:id/linkages/:rule/:step/${answer}`,
      {
        schema: { params: ByStep, body: LinkageAnswer, response: { 200: Alarm } },
        preHandler: access.require('linkage.answer'),
      },
      async ({ params: { id, rule, step }, body: { version, note }, operator }) => {
        const alarm = alarmFor(operator, desk, id);
        const order = { rule, step, isConfirmed: answer === 'confirm', version, note, by: actorOf(operator) };
        const done = await desk.answerLinkage(alarm.id, order);
        if (done.ok) return toAlarm(done.value);
        throw refusalOf(done.error, id);
      },
    );
  }
};

function refusalOf(fault: LinkageFault, id: string): Refused {
  if (fault.kind === 'unknown-alarm')
    return new Refused('not-found', { field: 'id', value: id, expected: 'an alarm’s id' });
  const present = { alarm: toAlarm(fault.present), version: fault.present.version };
  if (fault.kind === 'conflict')
    return new Refused('conflict', { field: 'version', ...present, expected: `${present.version}` });
  return new Refused('not-possible', { field: 'step', ...present, expected: 'a step that waits for an answer' });
}
