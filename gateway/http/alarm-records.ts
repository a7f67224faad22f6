import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ArchivedPoint } from '../followers/archive/point.ts';
import { ArchiveAnswer } from './contract/alarms.ts';
import type { HttpPorts } from './ports.ts';
import { alarmFor } from './scoped.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: z.uuid() });
/** Values by which the archive is grouped; the others are measured. */
const TAGS: ReadonlySet<string> = new Set(['region', 'type', 'severity', 'kind']);

/** What the archive holds of an alarm. Its files are in `evidence.ts`. */
export const alarmRecords: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, desk, archive }) => {
  http.get(
    '/alarms/:id/archive',
    { schema: { params: ById, response: { 200: ArchiveAnswer } }, preHandler: access.require('alarm.read') },
    async ({ params, operator }) => {
      const alarm = alarmFor(operator, desk, params.id);
      const points = await archive.find(alarm.id, alarm.occurredAt);
      return { items: points.map(toItem) };
    },
  );
};

function toItem({ measurement, at, seq, alarm, values }: ArchivedPoint) {
  const all = Object.entries(values);
  const tags = Object.fromEntries(all.filter(([name]) => TAGS.has(name)).map(([name, value]) => [name, `${value}`]));
  const fields = Object.fromEntries(all.filter(([name]) => !TAGS.has(name)));
  return { measurement, time: toIso(at), tags, fields: { ...fields, seq, alarm } };
}
