import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import { isWithin } from '../domain/region.ts';
import { isEnded, ORDER_ACTIONS, type WorkOrder as Order, seesOrder } from '../domain/work-order.ts';
import { ORDER_HEADER, toOrderLine } from '../export/work-order-csv.ts';
import type { OrderFault } from '../workorders/order-step.ts';
import { OrderCommand, OrderListQuery, OrderPage, OrderQuery, OrderReport, WorkOrder } from './contract/work-orders.ts';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { deviceFor, regionsFor } from './scoped.ts';
import { isOverdue, toOrder } from './wire.ts';

const ById = z.object({ id: z.uuid() });
/** Where a page ended: newest first, and by id where two were opened in the same millisecond. */
const Position = z.tuple([z.number(), z.string()]);
/** Rows of one table: a year of a county. */
const CSV_MAX = 20_000;

/** Work orders (工单): what is broken, who mends it, and whether it is mended. */
export const workOrders: FastifyPluginAsyncZod<HttpPorts> = async (
  http,
  { access, registry, workOrders: desk, now },
) => {
  http.get(
    '/work-orders',
    {
      schema: { querystring: OrderListQuery, response: { 200: OrderPage } },
      preHandler: access.require('work-order.read'),
    },
    async ({ query, operator }) => {
      const after = readCursor(Position, query.cursor);
      const asked = askedFor(query, operator);
      const rest = asked.filter((order) => after === undefined || isBehind(order, after));
      const { items, last } = pageOf(rest, query.limit);
      const next = last === undefined ? undefined : writeCursor([last.openedAt, last.id]);
      return { items: items.map((order) => toOrder(order, now())), next, total: asked.length };
    },
  );

  http.get(
    '/work-orders.csv',
    { schema: { querystring: OrderQuery }, preHandler: access.require('work-order.read') },
    async ({ query, operator }, reply) => {
      const rows = askedFor(query, operator).slice(0, CSV_MAX);
      return reply
        .header('content-type', 'text/csv; charset=utf-8')
        .header('content-disposition', 'attachment; filename="work-orders.csv"')
        .send(ORDER_HEADER + rows.map((order) => toOrderLine(toOrder(order, now()))).join(''));
    },
  );

  http.get(
    '/work-orders/:id',
    { schema: { params: ById, response: { 200: WorkOrder } }, preHandler: access.require('work-order.read') },
    async ({ params, operator }) => toOrder(orderFor(operator, params.id), now()),
  );

  http.post(
    '/work-orders',
    {
      schema: { body: OrderReport, response: { 201: WorkOrder } },
      preHandler: access.require('work-order.report'),
    },
    async ({ body: { device, note, severity }, operator }, reply) => {
      const reported = { device: deviceFor(operator, registry, device), note, severity, by: actorOf(operator) };
      return reply.code(201).send(toOrder(await desk.report(reported), now()));
    },
  );

  for (const action of ORDER_ACTIONS) {
    const isSettling = action === 'assign' || action === 'verify' || action === 'return' || action === 'cancel';
    http.post(
      `/work-orders/:id/${action}`,
      {
        schema: { params: ById, body: OrderCommand, response: { 200: WorkOrder } },
        preHandler: access.require(isSettling ? 'work-order.settle' : 'work-order.act'),
      },
      async ({ params, body: { version, note, to }, operator }) => {
        const order = orderFor(operator, params.id);
        const done = await desk.carryOut(order.id, { action, version, note, to, by: actorOf(operator) });
        if (done.ok) return toOrder(done.value, now());
        throw refusalOf(done.error);
      },
    );
  }

  /** By id, within the scope: one out of scope is not told from one that is not there. */
  const orderFor = ({ scope }: Operator, id: string): Order => {
    const order = desk.find(id);
    if (order !== undefined && seesOrder(scope, order)) return order;
    throw new Refused('not-found', { field: 'id', value: id, expected: 'a work order of your scope' });
  };

  const askedFor = (query: z.infer<typeof OrderQuery>, operator: Operator): readonly Order[] => {
    const regions = regionsFor(operator, query.region);
    return desk
      .all()
      .filter((order) => isAsked(order, query, operator) && regions.some((node) => isWithin(node, order.region)))
      .sort((a, b) => b.openedAt - a.openedAt || (a.id < b.id ? 1 : -1));
  };

  const isAsked = (order: Order, { state, device, overdue, mine }: z.infer<typeof OrderQuery>, operator: Operator) =>
    seesOrder(operator.scope, order) &&
    (state === undefined ? !isEnded(order) : state.includes(order.state)) &&
    (device === undefined || order.device === device) &&
    (overdue !== 'true' || isOverdue(order, now())) &&
    (mine !== 'true' || order.assignee === operator.username || order.assignee === operator.displayName);
};

const isBehind = ({ openedAt, id }: Order, [at, last]: z.infer<typeof Position>): boolean =>
  openedAt < at || (openedAt === at && id < last);

function refusalOf(fault: OrderFault): Refused {
  switch (fault.kind) {
    case 'unknown-order':
      return new Refused('not-found', { field: 'id', value: '', expected: 'a work order' });
    case 'conflict':
      return new Refused('conflict', {
        field: 'version',
        version: fault.present.version,
        expected: `${fault.present.version}`,
      });
    case 'not-possible':
      return new Refused('not-possible', {
        field: 'state',
        value: fault.present.state,
        version: fault.present.version,
        expected: fault.from.join(', '),
      });
    case 'bad-value':
      return refusedValue(fault.fault);
  }
}
