import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ArchivedPoint } from '../followers/archive/point.ts';
import { ArchiveAnswer } from './contract.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { alarmFor } from './scoped.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: z.uuid() });
/** One plain name: no folder, no leading dot. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,119}$/, 'a file name such as snapshot-camera-k812.jpg');
/** Values by which the archive is grouped; the others are measured. */
const TAGS: ReadonlySet<string> = new Set(['region', 'type', 'severity', 'kind']);
const MEDIA: Readonly<Record<string, string>> = { jpg: 'image/jpeg', png: 'image/png', mp4: 'video/mp4' };

/** What is kept of an alarm besides the journal: its records in the archive, and its evidence files. */
export const alarmRecords: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, desk, archive, evidence }) => {
  http.get(
    '/alarms/:id/archive',
    { schema: { params: ById, response: { 200: ArchiveAnswer } }, preHandler: access.require('alarm.read') },
    async ({ params, operator }) => {
      const alarm = alarmFor(operator, desk, params.id);
      const points = await archive.find(alarm.id, alarm.occurredAt);
      return { items: points.map(toItem) };
    },
  );

  http.get(
    '/alarms/:id/evidence/:file',
    { schema: { params: ById.extend({ file: FileName }) }, preHandler: access.require('alarm.read') },
    async ({ params, operator }, reply) => {
      const alarm = alarmFor(operator, desk, params.id);
      const found = await evidence.open(alarm.id, params.file);
      if (found === undefined) {
        throw new Refused('not-found', { field: 'file', value: params.file, expected: 'a file of this alarm' });
      }
      const ending = params.file.slice(params.file.lastIndexOf('.') + 1);
      return reply
        .header('content-type', MEDIA[ending] ?? 'application/octet-stream')
        .header('content-length', found.bytes)
        .header('cache-control', 'private, max-age=86400, immutable')
        .send(found.stream);
    },
  );
};

function toItem({ measurement, at, seq, alarm, values }: ArchivedPoint) {
  const all = Object.entries(values);
  const tags = Object.fromEntries(all.filter(([name]) => TAGS.has(name)).map(([name, value]) => [name, `${value}`]));
  const fields = Object.fromEntries(all.filter(([name]) => !TAGS.has(name)));
  return { measurement, time: toIso(at), tags, fields: { ...fields, seq, alarm } };
}
