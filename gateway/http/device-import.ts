import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, type Operator } from '../access/operator.ts';
import type { Importer, ImportFault, ImportStatus } from '../onboarding/import-desk.ts';
import { FILE_MAX_BYTES, FILE_MAX_MIB, type FileKind } from '../onboarding/table.ts';
import { BodyFile } from './body-file.ts';
import { ImportJob, ImportReport, ImportStarted } from './contract/onboarding.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { seesDevice } from './scoped.ts';
import { toIso } from './wire.ts';

const TYPES: Readonly<Record<string, FileKind>> = {
  'text/csv': 'csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
};

class DeviceFile extends BodyFile {
  readonly kind: FileKind;

  constructor(bytes: Buffer, kind: FileKind) {
    super(bytes);
    this.kind = kind;
  }
}

const ById = z.object({ id: z.uuid() });
const Query = z.object({ dryRun: z.enum(['true', 'false']).default('false') });

/** Devices by the thousand out of a CSV file or a workbook (设备导入). Passwords in it are written, and never said again. */
export const deviceImport: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, onboarding: { imports } }) => {
  for (const [type, kind] of Object.entries(TYPES)) {
    const options = { parseAs: 'buffer', bodyLimit: FILE_MAX_BYTES } as const;
    http.addContentTypeParser(type, options, async (_request: unknown, body: Buffer) => new DeviceFile(body, kind));
  }

  http.post(
    '/devices/import',
    {
      bodyLimit: FILE_MAX_BYTES,
      schema: {
        querystring: Query,
        description: `The body is a file: ${Object.keys(TYPES).join(' or ')}, at most ${FILE_MAX_MIB} MiB. With dryRun=true nothing is kept.`,
        response: { 200: ImportReport, 202: ImportStarted },
      },
      preHandler: access.require('device.write'),
    },
    async (request, reply) => {
      const { body, query, operator } = request;
      if (!(body instanceof DeviceFile))
        throw new Refused('wrong-media-type', { expected: Object.keys(TYPES).join(', ') });
      if (query.dryRun === 'true') {
        const seen = await imports.preview(body, importerOf(operator));
        if (!seen.ok) throw refusalOf(seen.error);
        return reply.code(200).send({ ...seen.value, ignored: [...seen.value.ignored] });
      }
      await request.auditNow('device.write', `import sha256:${body.toJSON()}`);
      const started = await imports.start(body, importerOf(operator));
      if (!started.ok) throw refusalOf(started.error);
      return reply.code(202).send(started.value);
    },
  );

  http.get(
    '/devices/import/:id',
    { schema: { params: ById, response: { 200: ImportJob } }, preHandler: access.require('device.write') },
    async ({ params, operator }) => {
      const status = imports.status(operator.username, params.id);
      if (status === undefined)
        throw new Refused('not-found', { field: 'id', value: params.id, expected: 'an import of yours' });
      return toJob(status);
    },
  );
};

const importerOf = (operator: Operator): Importer => ({
  by: actorOf(operator),
  mayPut: (device) => seesDevice(operator, { ...device, version: 0 }),
});

const toJob = ({ startedAt, endedAt, ...status }: ImportStatus): ImportJob => ({
  ...status,
  ignored: [...status.ignored],
  startedAt: toIso(startedAt),
  endedAt: endedAt === undefined ? undefined : toIso(endedAt),
});

function refusalOf(fault: ImportFault): Refused {
  switch (fault.kind) {
    case 'file': {
      const { line, field, value, expected } = fault.fault;
      const where = line === undefined ? '' : `line ${line}: `;
      return new Refused('bad-value', { field, value, expected, detail: `${where}expected ${expected}` });
    }
    case 'busy':
      return new Refused('exists', { field: '(import)', expected: 'the end of your import that is under way' });
    case 'full':
      return new Refused('too-many-requests', { expected: 'the end of another import', retryAfter: 10 });
  }
}
