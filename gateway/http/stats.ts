import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import type { Operator } from '../access/operator.ts';
import type { Device } from '../domain/device.ts';
import { isWithin, type RegionCode, regionPath } from '../domain/region.ts';
import type { AlarmFigures } from '../journal/journal.ts';
import { median } from '../onboarding/device-figures.ts';
import { KeptAnswers } from '../onboarding/kept-answers.ts';
import { AlarmStats, AlarmStatsQuery, DeviceStats, StatsQuery } from './contract/stats.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { regionsFor, seesDevice } from './scoped.ts';
import { toIso } from './wire.ts';

const DAY_MS = 86_400_000;
/** Alarms that are counted at most, the newest of the time that is asked for: under a tenth of a second. */
const COUNTED_MAX = 10_000;
const TYPES_MAX = 100;

/** Figures for the duty leader: how many devices are intact (完好率), what alarms came, how quickly people took them. */
export const stats: FastifyPluginAsyncZod<HttpPorts> = async (http, ports) => {
  const { access, queries, regions: tree, onboarding, now } = ports;
  const counted = new KeptAnswers<AlarmStats>(now);

  http.get(
    '/stats/devices',
    { schema: { querystring: StatsQuery, response: { 200: DeviceStats } }, preHandler: access.require('device.read') },
    async ({ query, operator }) => {
      const asked = regionsFor(operator, query.region);
      const accept = (device: Device): boolean =>
        seesDevice(operator, device) && asked.some((node) => isWithin(node, device.region));
      const question = JSON.stringify([operator.scope, asked]);
      const found = onboarding.figures.of(question, accept, ({ region }) => rowOf(asked, region));
      const byRegion = [...found.byRegion].map(([region, figures]) => ({
        ...figures,
        region,
        name: tree.find(region)?.name ?? region,
      }));
      return {
        ...found.all,
        at: toIso(found.at),
        intactRate: found.all.total === 0 ? undefined : found.all.intact / found.all.total,
        byKind: Object.fromEntries(found.byKind),
        byRegion: byRegion.sort((a, b) => a.region.localeCompare(b.region)),
      };
    },
  );

  http.get(
    '/stats/alarms',
    {
      schema: { querystring: AlarmStatsQuery, response: { 200: AlarmStats } },
      preHandler: access.require('alarm.read'),
    },
    async ({ query, operator }) => {
      const places = placesOf(operator, query.region);
      return counted.of(JSON.stringify([places, query.from, query.to]), (at) => {
        const time = timeOf(query, at);
        const figures = queries.figures({ ...places, ...time }, COUNTED_MAX);
        return { from: toIso(time.from), to: toIso(time.to), ...summed(figures) };
      });
    },
  );
};

/** Of one node the division below it, of several nodes the one that a region lies in. */
export function rowOf(asked: readonly RegionCode[], region: RegionCode): RegionCode {
  const [node = region, another] = asked;
  const row =
    another === undefined ? regionPath(region)[regionPath(node).length] : asked.find((one) => isWithin(one, region));
  return row ?? region;
}

/** Without an end until now, without a beginning a day. */
function timeOf(query: z.infer<typeof AlarmStatsQuery>, at: number): Readonly<{ from: number; to: number }> {
  const to = query.to === undefined ? at : Date.parse(query.to);
  const from = query.from === undefined ? to - DAY_MS : Date.parse(query.from);
  if (from < to) return { from, to };
  throw new Refused('bad-value', { field: 'from', value: query.from ?? '', expected: 'a time before `to`' });
}

function placesOf(operator: Operator, region: readonly string[] | undefined) {
  const { lines, compounds } = operator.scope;
  const regions = [regionsFor(operator, region)];
  return { regions, ...(lines === undefined ? {} : { lines }), ...(compounds === undefined ? {} : { compounds }) };
}

function summed({ counts, responses }: AlarmFigures): Omit<AlarmStats, 'from' | 'to'> {
  const sum = (key: (row: AlarmFigures['counts'][number]) => string): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const row of counts) sums[key(row)] = (sums[key(row)] ?? 0) + row.count;
    return sums;
  };
  const total = counts.reduce((all, { count }) => all + count, 0);
  const response = (values: readonly number[]) => ({ count: values.length, p50Ms: median(values) });
  const byType = Object.entries(sum(({ type }) => type)).map(([type, count]) => ({ type, count }));
  return {
    total,
    isWhole: total < COUNTED_MAX,
    bySeverity: sum(({ severity }) => String(severity)),
    byState: sum(({ state }) => state),
    byType: byType.sort((a, b) => b.count - a.count).slice(0, TYPES_MAX),
    response: {
      accept: response(responses.accept),
      arrive: response(responses.arrive),
      close: response(responses.close),
    },
  };
}
