import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import type { CameraReport } from '../onboarding/camera-report.ts';
import type { TestRun } from '../onboarding/test-alarm.ts';
import { CredentialGroupInput, CredentialGroups, DeviceReport, TestAlarm } from './contract/onboarding.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { deviceFor } from './scoped.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const GroupName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/, 'letters, digits and . _ -, at most 40');
const ByName = z.object({ name: GroupName });

/** What an integrator asks while devices are put up: a report, a test alarm, and the sign-ins that are tried. */
export const cameraReports: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, onboarding }) => {
  http.get(
    '/devices/:id/report',
    { schema: { params: ById, response: { 200: DeviceReport } }, preHandler: access.require('device.read') },
    async ({ params, operator }) => toReport(await onboarding.report(deviceFor(operator, registry, params.id))),
  );

  http.post(
    '/devices/:id/test-alarm',
    { schema: { params: ById, response: { 200: TestAlarm } }, preHandler: access.require('device.command') },
    async (request) => {
      const device = deviceFor(request.operator, registry, request.params.id);
      await request.auditNow('device.command', `${device.id} test-alarm`);
      return toTestAlarm(await onboarding.testAlarm(device));
    },
  );

  http.put(
    '/credential-groups/:name',
    {
      schema: { params: ByName, body: CredentialGroupInput, response: { 204: z.undefined() } },
      preHandler: access.require('device.write'),
    },
    async ({ params, body, operator }, reply) => {
      await onboarding.credentials.put(params.name, body.items, actorOf(operator));
      return reply.code(204).send();
    },
  );

  http.get(
    '/credential-groups',
    {
      schema: {
        response: { 200: CredentialGroups },
        description: 'Their names and sizes: what is in them is never read.',
      },
      preHandler: access.require('device.write'),
    },
    async () => ({ items: [...onboarding.credentials.list()] }),
  );
};

const toReport = ({ at, since, ...report }: CameraReport): DeviceReport => ({
  ...report,
  at: toIso(at),
  since: since === undefined ? undefined : toIso(since),
  services: [...report.services],
  conformance: [...report.conformance],
  streams: [...report.streams],
  unknownTopics: { ...report.unknownTopics },
  advice: [...report.advice],
});

const toTestAlarm = ({ legs, ...run }: TestRun): TestAlarm => ({
  ...run,
  legs: legs.map(({ at, ...leg }) => ({ ...leg, at: toIso(at) })),
});
