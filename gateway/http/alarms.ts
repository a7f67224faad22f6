import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, may, type Operator } from '../access/operator.ts';
import type { AlarmOrder, OrderFault } from '../alarms/command.ts';
import type * as domain from '../domain/alarm.ts';
import type { AlarmQuery } from '../journal/journal.ts';
import {
  ALARM_ACTIONS,
  Alarm,
  type AlarmAction,
  AlarmCommand,
  AlarmCounts,
  AlarmDetail,
  AlarmFilter,
  AlarmListQuery,
  AlarmPage,
  BulkCommand,
  BulkResult,
} from './contract/alarms.ts';
import { SeverityNumber } from './contract/words.ts';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import type { HttpPorts } from './ports.ts';
import { PROBLEMS, Refused, refusedValue } from './problems.ts';
import { alarmFor, regionsFor } from './scoped.ts';
import { toAlarm, toHistoryItem } from './wire.ts';

const ById = z.object({ id: z.uuid() });
const Position = z.tuple([z.number(), z.string()]);

/** Alarms: what is open, what happened to one, and the steps that people take. */
export const alarms: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, desk, journal, queries }) => {
  http.get(
    '/alarms',
    { schema: { querystring: AlarmListQuery, response: { 200: AlarmPage } }, preHandler: access.require('alarm.read') },
    async ({ query, operator }) => {
      const where = whereOf(operator, query);
      const cursor = readCursor(Position, query.cursor);
      const after = cursor === undefined ? undefined : { occurredAt: cursor[0], id: cursor[1] };
      const found = queries.alarms({ where, after, limit: query.limit + 1 });
      const { items, last } = pageOf(found.items, query.limit);
      const next = last === undefined ? undefined : writeCursor([last.occurredAt, last.id]);
      return { items: items.map(toAlarm), next, seq: found.seq };
    },
  );

  http.get(
    '/alarms/counts',
    { schema: { querystring: AlarmFilter, response: { 200: AlarmCounts } }, preHandler: access.require('alarm.read') },
    async ({ query, operator }) => {
      const seq = journal.head();
      return { items: z.array(Count).parse(queries.counts(whereOf(operator, query))), seq };
    },
  );

  http.get(
    '/alarms/:id',
    { schema: { params: ById, response: { 200: AlarmDetail } }, preHandler: access.require('alarm.read') },
    async ({ params, operator }) => {
      const alarm = alarmFor(operator, desk, params.id);
      return { ...toAlarm(alarm), history: queries.history(alarm.id).map(toHistoryItem) };
    },
  );

  for (const action of ALARM_ACTIONS) {
    http.post(
      `/alarms/:id/${action}`,
      {
        schema: { params: ById, body: AlarmCommand, response: { 200: Alarm } },
        preHandler: access.require(`alarm.${action}`),
      },
      async ({ params, body, operator }) => {
        const alarm = alarmFor(operator, desk, params.id);
        const done = await desk.carryOut(alarm.id, orderOf(action, body, operator));
        if (done.ok) return toAlarm(done.value);
        throw refusalOf(done.error);
      },
    );
  }

  http.post(
    '/alarms/bulk',
    { schema: { body: BulkCommand, response: { 200: BulkResult } }, preHandler: access.require('alarm.read') },
    async ({ body: { items, action, ...command }, operator }) => {
      if (!may(operator, `alarm.${action}`)) throw new Refused('no-permission', { expected: `alarm.${action}` });
      return { items: await Promise.all(items.map((item) => carryOutOne(item, action, command, operator))) };
    },
  );

  async function carryOutOne(
    { id, version }: z.infer<typeof BulkCommand>['items'][number],
    action: AlarmAction,
    command: Omit<z.infer<typeof AlarmCommand>, 'version'>,
    operator: Operator,
  ): Promise<z.infer<typeof BulkResult>['items'][number]> {
    try {
      const alarm = alarmFor(operator, desk, id);
      const done = await desk.carryOut(alarm.id, orderOf(action, { ...command, version }, operator));
      if (done.ok) return { id, status: 200, alarm: toAlarm(done.value) };
      throw refusalOf(done.error);
    } catch (error) {
      if (!(error instanceof Refused)) throw error; // the journal is away: the whole request fails
      const [status, zh, en] = PROBLEMS[error.problem];
      return { id, status, alarm: error.details.alarm, detail: error.details.detail ?? `${zh} · ${en}` };
    }
  }
};

const Count = z.object({ severity: SeverityNumber, state: Alarm.shape.state, count: z.int() });

function whereOf(operator: Operator, filter: z.infer<typeof AlarmFilter>): AlarmQuery['where'] {
  const { scope } = operator;
  return {
    regions: [regionsFor(operator, filter.region)],
    ...(scope.lines === undefined ? {} : { lines: scope.lines }),
    ...(scope.compounds === undefined ? {} : { compounds: scope.compounds }),
    ...(filter.state === undefined ? {} : { states: filter.state }),
    ...(filter.condition === undefined ? {} : { conditions: filter.condition }),
    ...(filter.severity === undefined ? {} : { severities: filter.severity }),
    ...(filter.type === undefined ? {} : { types: filter.type }),
    ...(filter.device === undefined ? {} : { devices: filter.device }),
    ...(filter.from === undefined ? {} : { from: Date.parse(filter.from) }),
    ...(filter.to === undefined ? {} : { to: Date.parse(filter.to) }),
  };
}

const orderOf = (action: AlarmAction, command: z.infer<typeof AlarmCommand>, operator: Operator): AlarmOrder => ({
  action,
  version: command.version,
  by: actorOf(operator),
  note: command.note,
  assignee: command.assignee,
  verdict: command.verdict,
  until: command.until === undefined ? undefined : Date.parse(command.until),
  to: command.to,
  doneAt: command.at === undefined ? undefined : Date.parse(command.at),
});

/** What an order that was not carried out is answered with: the alarm as it stands comes along. */
function refusalOf(fault: OrderFault): Refused {
  switch (fault.kind) {
    case 'unknown-alarm':
      return new Refused('not-found', { field: 'id', value: '', expected: 'an alarm’s id' });
    case 'conflict':
      return new Refused('conflict', {
        field: 'version',
        ...presentOf(fault.present),
        expected: `${fault.present.version}`,
      });
    case 'not-possible':
      return new Refused('not-possible', { ...presentOf(fault.present), expected: fault.from.join(', ') });
    case 'bad-value':
      return refusedValue(fault.fault);
  }
}

const presentOf = (present: domain.Alarm) => ({ alarm: toAlarm(present), version: present.version });
