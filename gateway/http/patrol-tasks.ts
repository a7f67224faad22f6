import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import { isEnded, seesTask, type PatrolTask as Task } from '../domain/patrol.ts';
import { TASK_ACTIONS, type TaskAction, type TaskFault, type TaskOrder } from '../patrol/task-order.ts';
import { PatrolTask, TaskCommand, TaskPage, TaskQuery } from './contract/patrol.ts';
import { PHOTO_MAX_MIB, Photo, takePhotos } from './photo-body.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { saidAt } from './said-at.ts';
import { toTask } from './wire.ts';

const ById = z.object({ id: z.uuid() });
const ByPhoto = ById.extend({ file: z.string().regex(/^[a-z0-9.-]{1,120}$/, 'a photo of this task') });
const TakenAt = z.object({ at: z.iso.datetime({ offset: true }).optional() });

/** Patrol tasks (巡护任务): what is to be done on the line, and the steps of the one who does it. */
export const patrolTasks: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, journal, patrol, now }) => {
  const { tasks } = patrol;
  takePhotos(http);

  http.get(
    '/patrol/tasks',
    { schema: { querystring: TaskQuery, response: { 200: TaskPage } }, preHandler: access.require('patrol.read') },
    async ({ query, operator }) => {
      const seq = journal.head();
      const items = tasks
        .all()
        .filter((task) => isAsked(task, query, operator))
        .sort((a, b) => b.madeAt - a.madeAt)
        .slice(0, query.limit);
      return { items: items.map(toTask), seq };
    },
  );

  http.get(
    '/patrol/tasks/:id',
    { schema: { params: ById, response: { 200: PatrolTask } }, preHandler: access.require('patrol.read') },
    async ({ params, operator }) => toTask(taskFor(operator, tasks.find(params.id), params.id)),
  );

  for (const action of TASK_ACTIONS) {
    http.post(
      `/patrol/tasks/:id/${action}`,
      {
        schema: { params: ById, body: TaskCommand, response: { 200: PatrolTask } },
        preHandler: access.require(action === 'cancel' ? 'patrol.cancel' : 'patrol.act'),
      },
      async ({ params, body, operator }) => {
        const task = taskFor(operator, tasks.find(params.id), params.id);
        const done = await tasks.carryOut(task.id, orderOf(action, body, task, operator));
        if (done.ok) return toTask(done.value);
        throw refusalOf(done.error);
      },
    );
  }

  http.post(
    '/patrol/tasks/:id/photos',
    {
      schema: {
        params: ById,
        querystring: TakenAt,
        consumes: ['image/jpeg', 'multipart/form-data'],
        description: `A JPEG of at most ${PHOTO_MAX_MIB} MiB. Of an alarm's task it is evidence of the alarm as well.`,
        response: { 201: PatrolTask },
      },
      preHandler: access.require('patrol.act'),
    },
    async ({ params, query, body, operator }, reply) => {
      const task = taskFor(operator, tasks.find(params.id), params.id);
      const photo: unknown = body;
      if (!(photo instanceof Photo)) throw new Refused('wrong-media-type', { expected: 'image/jpeg' });
      const added = await patrol.addPhoto(task, photo.bytes, saidAt(query.at, now()) ?? now(), actorOf(operator));
      return reply.code(201).send(toTask(added));
    },
  );

  http.get(
    '/patrol/tasks/:id/photos/:file',
    { schema: { params: ByPhoto }, preHandler: access.require('patrol.read') },
    async ({ params, operator }, reply) => {
      const task = taskFor(operator, tasks.find(params.id), params.id);
      const found = await patrol.openPhoto(task, params.file);
      if (found === undefined) throw new Refused('not-found', { field: 'file', value: params.file });
      return reply
        .header('content-type', found.contentType)
        .header('content-length', found.bytes)
        .header('cache-control', 'private, max-age=86400, immutable')
        .send(found.read());
    },
  );

  const orderOf = (
    action: TaskAction,
    { version, note, position, verdict, to, at }: TaskCommand,
    task: Task,
    operator: Operator,
  ): TaskOrder => {
    const metres = position === undefined ? undefined : patrol.distanceM(task.place, position);
    return {
      action,
      version,
      by: actorOf(operator),
      note,
      arrival: metres === undefined ? undefined : { distanceM: Math.round(metres), accuracyM: position?.accuracyM },
      verdict,
      to,
      doneAt: saidAt(at, now()),
    };
  };
};

/** By id, within the scope: one out of scope is not told from one that is not there. */
export function taskFor({ scope }: Operator, task: Task | undefined, id: string): Task {
  if (task !== undefined && seesTask(scope, task)) return task;
  throw new Refused('not-found', { field: 'id', value: id, expected: 'a patrol task of your scope' });
}

function isAsked(task: Task, { state, line, mine }: z.infer<typeof TaskQuery>, operator: Operator): boolean {
  if (!seesTask(operator.scope, task)) return false;
  if (state === undefined ? isEnded(task) : !state.includes(task.state)) return false;
  if (line !== undefined && task.place.line !== line) return false;
  return mine !== 'true' || isMine(task, operator);
}

const isMine = ({ holder, assignedTo }: Task, { username, displayName }: Operator): boolean =>
  holder === undefined ? assignedTo === username || assignedTo === displayName : holder === username;

function refusalOf(fault: TaskFault): Refused {
  switch (fault.kind) {
    case 'unknown-task':
      return new Refused('not-found', { field: 'id', value: '', expected: 'a patrol task' });
    case 'conflict':
      return new Refused('conflict', {
        field: 'version',
        ...presentOf(fault.present),
        expected: `${fault.present.version}`,
      });
    case 'not-holder':
      return new Refused('not-holder', {
        field: 'holder',
        value: fault.present.holder ?? '',
        ...presentOf(fault.present),
      });
    case 'not-possible':
      return new Refused('not-possible', { ...presentOf(fault.present), expected: fault.from.join(', ') });
    case 'bad-value':
      return refusedValue(fault.fault);
  }
}

const presentOf = (present: Task) => ({ task: toTask(present), version: present.version });
