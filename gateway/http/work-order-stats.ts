import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { isWithin } from '../domain/region.ts';
import { isEnded, seesOrder, type WorkOrder } from '../domain/work-order.ts';
import { median } from '../onboarding/device-figures.ts';
import { StatsQuery } from './contract/stats.ts';
import { OrderStats } from './contract/work-orders.ts';
import type { HttpPorts } from './ports.ts';
import { regionsFor } from './scoped.ts';
import { rowOf } from './stats.ts';
import { isOverdue } from './wire.ts';

/** Ended orders that count, in milliseconds back. */
const COUNTED_MS = 30 * 86_400_000;

/** How repairs go: what waits, what is late, and how long they take. */
export const workOrderStats: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, workOrders, regions, now }) => {
  http.get(
    '/stats/work-orders',
    {
      schema: { querystring: StatsQuery, response: { 200: OrderStats } },
      preHandler: access.require('work-order.read'),
    },
    async ({ query, operator }) => {
      const asked = regionsFor(operator, query.region);
      const at = now();
      const orders = workOrders
        .all()
        .filter((order) => seesOrder(operator.scope, order) && asked.some((node) => isWithin(node, order.region)));
      const byRegion = [...Map.groupBy(orders, ({ region }) => rowOf(asked, region))].map(([region, own]) => ({
        region,
        name: regions.find(region)?.name ?? region,
        ...figuresOf(own, at),
      }));
      return {
        ...figuresOf(orders, at),
        byState: Object.fromEntries(
          [...Map.groupBy(orders, ({ state }) => state)].map(([state, own]) => [state, own.length]),
        ),
        byRegion: byRegion.sort((a, b) => a.region.localeCompare(b.region)),
      };
    },
  );
};

function figuresOf(orders: readonly WorkOrder[], now: number) {
  const repaired = orders.filter(({ state, endedAt = 0 }) => state === 'verified' && now - endedAt <= COUNTED_MS);
  const took = median(repaired.map(({ openedAt, endedAt = openedAt }) => endedAt - openedAt));
  return {
    open: orders.filter((order) => !isEnded(order)).length,
    overdue: orders.filter((order) => isOverdue(order, now)).length,
    ended: repaired.length,
    medianRepairMin: took === undefined ? undefined : Math.round(took / 60_000),
  };
}
