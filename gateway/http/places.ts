import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import { badValue } from '../domain/bad-value.ts';
import type { OtherEntry } from '../domain/entry.ts';
import { isWithin } from '../domain/region.ts';
import type { Where } from '../domain/where.ts';
import { ArmingOverride, ArmingPlan, ArmingPlanInput, MaintenanceInput, MaintenanceWindow } from './contract/places.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { toArmingPlan, toMaintenance } from './wire.ts';

const ById = z.object({ id: z.string().regex(/^[a-z0-9-]{1,40}$/, 'small letters, digits and -, at most 40') });
/** Plans and windows that are kept; a site has some hundreds. */
const KEPT_MAX = 5_000;

/** What people decide about places: when they are armed (布防计划), and where work is under way (检修窗口). */
export const places: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, journal, places: rules, now }) => {
  async function store(subject: string, expected: number | undefined, entry: OtherEntry): Promise<void> {
    const expectedVersion = expected === undefined ? undefined : journal.versionOf(subject);
    const [answer] = await journal.append([{ subject, expectedVersion, entries: [{ entry, alarm: undefined }] }]);
    if (answer?.ok !== true) throw conflict(expected ?? 0);
  }

  http.get(
    '/arming',
    {
      schema: { response: { 200: z.object({ items: z.array(ArmingPlan) }) } },
      preHandler: access.require('device.read'),
    },
    async ({ operator }) => ({
      items: rules
        .plans()
        .filter(({ where }) => isInside(operator, where))
        .map((plan) => toArmingPlan(plan, now())),
    }),
  );

  http.put(
    '/arming/:id',
    {
      schema: { params: ById, body: ArmingPlanInput, response: { 200: ArmingPlan } },
      preHandler: access.require('device.write'),
    },
    async ({ params: { id }, body: { version: seen, ...given }, operator }) => {
      const present = rules.plan(id);
      if ((present?.version ?? 0) !== (seen ?? 0)) throw conflict(present?.version ?? 0);
      if (present === undefined && rules.plans().length >= KEPT_MAX) throw tooMany();
      requireInside(operator, given.where);
      if (present !== undefined) requireInside(operator, present.where);
      const plan = { ...given, id, override: present?.override, version: (present?.version ?? 0) + 1 };
      await store(`arming/${id}`, present?.version ?? 0, { kind: 'arming-put', plan, by: actorOf(operator) });
      rules.setPlan(id, plan);
      return toArmingPlan(plan, now());
    },
  );

  http.post(
    '/arming/:id/override',
    {
      schema: { params: ById, body: ArmingOverride, response: { 200: ArmingPlan } },
      preHandler: access.require('device.command'),
    },
    async ({ params: { id }, body: { armed, until, version }, operator }) => {
      const present = known(rules.plan(id), id);
      requireInside(operator, present.where);
      if (version !== present.version) throw conflict(present.version);
      const at = Date.parse(until);
      if (at <= now() || at > now() + 7 * 86_400_000)
        throw refusedValue(badValue('out-of-range', 'until', until, 'a time within 7 days from now'));
      const plan = { ...present, override: { armed, until: at, by: operator.username }, version: present.version + 1 };
      await store(`arming/${id}`, present.version, { kind: 'arming-put', plan, by: actorOf(operator) });
      rules.setPlan(id, plan);
      return toArmingPlan(plan, now());
    },
  );

  http.delete(
    '/arming/:id',
    { schema: { params: ById, response: { 204: z.undefined() } }, preHandler: access.require('device.write') },
    async ({ params: { id }, operator }, reply) => {
      requireInside(operator, known(rules.plan(id), id).where);
      await store(`arming/${id}`, undefined, { kind: 'arming-removed', plan: id, by: actorOf(operator) });
      rules.setPlan(id, undefined);
      return reply.code(204).send();
    },
  );

  http.get(
    '/maintenance',
    {
      schema: { response: { 200: z.object({ items: z.array(MaintenanceWindow) }) } },
      preHandler: access.require('device.read'),
    },
    async ({ operator }) => ({
      items: rules
        .windows()
        .filter(({ where }) => isInside(operator, where))
        .map((window) => toMaintenance(window, now())),
    }),
  );

  http.put(
    '/maintenance/:id',
    {
      schema: { params: ById, body: MaintenanceInput, response: { 200: MaintenanceWindow } },
      preHandler: access.require('device.write'),
    },
    async ({ params: { id }, body: { version: seen, from, until, ...given }, operator }) => {
      const present = rules.window(id);
      if ((present?.version ?? 0) !== (seen ?? 0)) throw conflict(present?.version ?? 0);
      if (present === undefined && rules.windows().length >= KEPT_MAX) throw tooMany();
      requireInside(operator, given.where);
      if (present !== undefined) requireInside(operator, present.where);
      const [starts, ends] = [Date.parse(from), Date.parse(until)];
      if (ends <= starts || ends > starts + 30 * 86_400_000)
        throw refusedValue(badValue('out-of-range', 'until', until, 'a time after from, at most 30 days'));
      const version = (present?.version ?? 0) + 1;
      const window = { ...given, id, from: starts, until: ends, by: operator.username, version };
      await store(`maintenance/${id}`, present?.version ?? 0, {
        kind: 'maintenance-put',
        window,
        by: actorOf(operator),
      });
      rules.setWindow(id, window);
      return toMaintenance(window, now());
    },
  );

  http.delete(
    '/maintenance/:id',
    { schema: { params: ById, response: { 204: z.undefined() } }, preHandler: access.require('device.write') },
    async ({ params: { id }, operator }, reply) => {
      requireInside(operator, known(rules.window(id), id).where);
      await store(`maintenance/${id}`, undefined, { kind: 'maintenance-removed', window: id, by: actorOf(operator) });
      rules.setWindow(id, undefined);
      return reply.code(204).send();
    },
  );
};

/** A plan without regions speaks of the whole city: for who has the whole of it. */
const isInside = ({ scope }: Operator, { regions }: Where): boolean =>
  (regions ?? ['000000000000']).every((region) => scope.regions.some((node) => isWithin(node, region)));

function requireInside(operator: Operator, where: Where): void {
  if (isInside(operator, where)) return;
  const expected = `regions within ${operator.scope.regions.join(', ')}`;
  throw new Refused('out-of-scope', { field: 'where.regions', value: where.regions?.join(',') ?? '', expected });
}

function known<T>(present: T | undefined, id: string): T {
  if (present !== undefined) return present;
  throw new Refused('not-found', { field: 'id', value: id, expected: 'the id of one that is there' });
}

const tooMany = (): Refused =>
  refusedValue(badValue('out-of-range', 'id', `${KEPT_MAX}`, `at most ${KEPT_MAX} of them`));

const conflict = (version: number): Refused =>
  new Refused('conflict', { field: 'version', version, expected: `${version}` });
