import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import type { CommandFault } from '../domain/command.ts';
import type { Device as DomainDevice } from '../domain/device.ts';
import { isWithin } from '../domain/region.ts';
import type { DeviceFault } from '../registry/registry.ts';
import {
  Device,
  DeviceCommand,
  DeviceInput,
  DeviceListQuery,
  DevicePage,
  DeviceReply,
  DeviceSecret,
  DeviceTelemetry,
} from './contract/devices.ts';
import { DeviceIdText } from './contract/words.ts';
import { pageOf, readCursor, writeCursor } from './cursor.ts';
import type { HttpPorts } from './ports.ts';
import { type ProblemName, Refused, refusedValue } from './problems.ts';
import { deviceFor, regionsFor, seesDevice } from './scoped.ts';
import { given, toDevice } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const Position = z.tuple([z.string()]);

/** The registry of devices, and commands to them. */
export const devices: FastifyPluginAsyncZod<HttpPorts> = async (http, ports) => {
  const { access, registry, journal, commands, commandTimeoutMs, values } = ports;
  const shown = (device: DomainDevice) => toDevice(device, registry.presence(device.id));

  http.get(
    '/devices',
    {
      schema: { querystring: DeviceListQuery, response: { 200: DevicePage } },
      preHandler: access.require('device.read'),
    },
    async ({ query, operator }) => {
      const seq = journal.head();
      const accept = filterOf(operator, query, (device) => registry.presence(device.id).online);
      const found = registry.list(readCursor(Position, query.cursor)?.[0], query.limit + 1, accept);
      const { items, last } = pageOf(found, query.limit);
      return { items: items.map(shown), next: last === undefined ? undefined : writeCursor([last.id]), seq };
    },
  );

  http.get(
    '/devices/:id',
    { schema: { params: ById, response: { 200: Device } }, preHandler: access.require('device.read') },
    async ({ params, operator }) => shown(deviceFor(operator, registry, params.id)),
  );

  http.get(
    '/devices/:id/telemetry',
    { schema: { params: ById, response: { 200: DeviceTelemetry } }, preHandler: access.require('device.read') },
    async ({ params, operator }) => {
      const { id } = deviceFor(operator, registry, params.id);
      return { items: values.of(id).map(({ at, ...value }) => ({ ...value, at: new Date(at).toISOString() })) };
    },
  );

  http.put(
    '/devices/:id',
    {
      schema: { params: ById, body: DeviceInput, response: { 200: Device, 201: Device } },
      preHandler: access.require('device.write'),
    },
    async ({ params, body, operator }, reply) => {
      const present = registry.find(params.id);
      if (present !== undefined) deviceFor(operator, registry, params.id);
      const { version, ...fields } = body;
      const device = inputOf(params.id, fields);
      if (!seesDevice(operator, { ...device, version: 0 })) throw outOfScope(operator, device.region);
      const put = await registry.put(device, version, actorOf(operator));
      if (!put.ok) throw refusalOf(put.error);
      return reply.code(present === undefined ? 201 : 200).send(shown(put.value));
    },
  );

  http.delete(
    '/devices/:id',
    { schema: { params: ById, response: { 204: z.undefined() } }, preHandler: access.require('device.write') },
    async ({ params, operator }, reply) => {
      const removed = await registry.remove(deviceFor(operator, registry, params.id).id, actorOf(operator));
      if (!removed.ok) throw refusalOf(removed.error);
      return reply.code(204).send();
    },
  );

  http.put(
    '/devices/:id/secret',
    {
      config: { isAnswerSecret: true },
      schema: { params: ById, response: { 200: DeviceSecret } },
      preHandler: access.require('device.write'),
    },
    async ({ params, operator }, reply) => {
      const given = await registry.giveSecret(deviceFor(operator, registry, params.id).id, actorOf(operator));
      if (!given.ok) throw refusalOf(given.error);
      return reply.header('cache-control', 'no-store').send({ secret: given.value });
    },
  );

  http.post(
    '/devices/:id/commands',
    {
      schema: { params: ById, body: DeviceCommand, response: { 200: DeviceReply } },
      preHandler: access.require('device.command'),
    },
    async (request) => {
      const { id } = deviceFor(request.operator, registry, request.params.id);
      // In the trail before it is sent: a door that opened without a record must not be possible.
      await request.auditNow('device.command', `${id} ${request.body.name}`);
      const answer = await commands.send(id, request.body, commandTimeoutMs);
      if (answer.ok) return answer.value;
      throw new Refused(COMMAND_PROBLEMS[answer.error.reason], { detail: answer.error.text });
    },
  );
};

const COMMAND_PROBLEMS: Readonly<Record<CommandFault['reason'], ProblemName>> = {
  'no-answer': 'no-answer',
  'not-connected': 'not-connected',
  'not-supported': 'not-supported',
};

function filterOf(
  operator: Operator,
  { region, kind, online }: z.infer<typeof DeviceListQuery>,
  isOnline: (device: DomainDevice) => boolean,
): (device: DomainDevice) => boolean {
  const regions = regionsFor(operator, region);
  const wanted = online === undefined ? undefined : online === 'true';
  return (device) =>
    seesDevice(operator, device) &&
    regions.some((node) => isWithin(node, device.region)) &&
    (kind === undefined || kind.includes(device.kind)) &&
    (wanted === undefined || isOnline(device) === wanted);
}

function inputOf(
  id: string,
  { connection, place, ...input }: Omit<DeviceInput, 'version'>,
): Omit<DomainDevice, 'version'> {
  return given({
    ...input,
    id,
    enabled: input.enabled ?? true,
    place: given(place ?? {}),
    connection: connection === undefined ? undefined : given(connection),
  });
}

const outOfScope = ({ scope }: Operator, region: string): Refused =>
  new Refused('out-of-scope', { field: 'region', value: region, expected: `within ${scope.regions.join(', ')}` });

function refusalOf(fault: DeviceFault): Refused {
  switch (fault.kind) {
    case 'bad-value':
      return refusedValue(fault.fault);
    case 'conflict':
      return new Refused('conflict', {
        field: 'version',
        version: fault.present.version,
        expected: `${fault.present.version}`,
      });
    case 'unknown-device':
      return new Refused('not-found', { field: 'id', value: '', expected: 'a device of your scope' });
  }
}
