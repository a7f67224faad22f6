import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import { hostOf, type ReplacementFault } from '../onboarding/replacement.ts';
import {
  DeviceChangeReport,
  DeviceChanges,
  PasswordRotation,
  Replaced,
  Replacement,
  RotationJob,
  RotationStarted,
} from './contract/device-changes.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { Refused, refusedValue } from './problems.ts';
import { deviceFor, seesDevice } from './scoped.ts';
import { given, toDevice, toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const ByJob = z.object({ id: z.uuid() });

/** What is done to many devices, to a camera's place, and to cameras' passwords. */
export const deviceChanges: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, onboarding }) => {
  http.post(
    '/devices/changes',
    {
      schema: { body: DeviceChanges, response: { 200: DeviceChangeReport } },
      preHandler: access.require('device.write'),
    },
    async (request) => {
      const { body, operator } = request;
      const { ids, dryRun, ...change } = body;
      if (!dryRun) await request.auditNow('device.write', `${JSON.stringify(change)} of ${ids.length} devices`);
      const mayPut = (device: Parameters<typeof registry.checked>[0]) =>
        seesDevice(operator, { ...device, version: 0 });
      const report = await onboarding.change(ids, change, { by: actorOf(operator), mayPut, isDryRun: dryRun });
      return { ...report, faults: [...report.faults] };
    },
  );

  http.post(
    '/devices/:id/replacement',
    {
      schema: { params: ById, body: Replacement, response: { 200: Replaced } },
      preHandler: access.require('device.write'),
    },
    async (request) => {
      const { body, operator } = request;
      const device = deviceFor(operator, registry, request.params.id);
      if (device.profile !== 'onvif')
        throw new Refused('not-possible', { field: 'id', value: device.id, expected: 'a camera by ONVIF' });
      const connection = given(body.connection);
      if (hostOf(connection) === undefined)
        throw new Refused('bad-value', {
          field: 'connection.url',
          value: connection.url,
          expected: 'http://host',
        });
      const wish = { connection, isForced: body.force, isDryRun: body.dryRun };
      if (!body.dryRun) {
        const way = `${hostOf(device.connection) ?? 'nowhere'} -> ${hostOf(wish.connection)}`;
        await request.auditNow('device.write', `${device.id} replaced: ${way}`);
      }
      const replaced = await onboarding.replace(device, wish, actorOf(operator));
      if (!replaced.ok) throw refusalOf(replaced.error);
      const { answered, fault, device: present } = replaced.value;
      return given({ answered, fault, device: toDevice(present, registry.presence(present.id)) });
    },
  );

  http.post(
    '/devices/passwords',
    {
      schema: { body: PasswordRotation, response: { 202: RotationStarted } },
      preHandler: access.require('device.write'),
    },
    async (request, reply) => {
      const { ids, password } = request.body;
      for (const id of ids) deviceFor(request.operator, registry, id);
      await request.auditNow('device.write', `new passwords for ${ids.length} cameras`);
      const begun = onboarding.rotations.begin(ids, password, actorOf(request.operator));
      if (!begun.ok) throw new Refused('exists', { field: '(job)', expected: 'the end of the one that is under way' });
      return reply.code(202).send(begun.value);
    },
  );

  http.get(
    '/devices/passwords/:id',
    { schema: { params: ByJob, response: { 200: RotationJob } }, preHandler: access.require('device.write') },
    async ({ params, operator }) => {
      const job = onboarding.rotations.job(operator.username, params.id);
      if (job === undefined)
        throw new Refused('not-found', { field: 'id', value: params.id, expected: 'a job of yours' });
      const { owner: _owner, startedAt, items, ...rest } = job;
      return { ...rest, startedAt: toIso(startedAt), items: [...items] };
    },
  );
};

function refusalOf(fault: ReplacementFault): Refused {
  switch (fault.kind) {
    case 'taken':
      return new Refused('exists', {
        field: 'connection.url',
        value: fault.by,
        expected: 'an address of no other device',
      });
    case 'silent':
      return new Refused('device-refused', { detail: `${fault.fault.reason}: ${fault.fault.text}` });
    case 'registry':
      if (fault.fault.kind === 'bad-value') return refusedValue(fault.fault.fault);
      return new Refused(fault.fault.kind === 'conflict' ? 'conflict' : 'not-found');
  }
}
