import type { FastifyReply } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import { type ByteRange, readRange } from './byte-range.ts';
import { Evidence, EvidenceLock } from './contract/alarms.ts';
import { markedCopy, markedName } from './evidence-copy.ts';
import { PHOTO_MAX_MIB, Photo, takePhotos } from './photo-body.ts';
import type { EvidenceReading, HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { saidAt } from './said-at.ts';
import { alarmFor } from './scoped.ts';
import { toEvidence } from './wire.ts';

const ById = z.object({ id: z.uuid() });
/** One plain name: no folder, no leading dot. */
const FileName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$/, 'a file name of this alarm’s evidence');
const ByFile = ById.extend({ file: FileName });
const Purpose = z
  .string()
  .trim()
  .min(2, 'what the file is taken out for, 2 to 200 characters')
  .max(200, 'what the file is taken out for, 2 to 200 characters');
const Taking = z
  .object({ purpose: Purpose.optional(), watermark: z.literal('1').optional() })
  .refine(({ purpose, watermark }) => watermark === undefined || purpose !== undefined, {
    path: ['purpose'],
    error: 'what the file is taken out for, where a watermark is to say it',
  });
const TakenAt = z.object({ at: z.iso.datetime({ offset: true }).optional() });

/** Evidence (取证) of an alarm: its files, what people add on the spot, and locks against removal. */
export const evidence: FastifyPluginAsyncZod<HttpPorts> = async (http, ports) => {
  const { access, desk, evidence: files, now } = ports;
  takePhotos(http);

  http.get(
    '/alarms/:id/evidence/:file',
    {
      schema: {
        params: ByFile,
        querystring: Taking,
        description:
          'With a purpose it is a download, which goes into the audit trail; with watermark=1 as well, a copy with who, when and what for in its pictures (a clip as H.264). Takes one range (RFC 9110, 14).',
      },
      preHandler: access.require('alarm.read'),
    },
    async (request, reply) => {
      const { params, query, headers, operator } = request;
      const alarm = alarmFor(operator, desk, params.id);
      const found = await files.open(alarm.id, params.file);
      if (found === undefined) throw noFile(params.file);
      const { purpose } = query;
      if (purpose !== undefined) {
        const form = query.watermark === undefined ? '' : ' (watermark)';
        await request.auditNow('evidence.download', `${alarm.id}/${params.file}${form}: ${purpose}`);
        const name = query.watermark === undefined ? params.file : markedName(params.file);
        reply.header('content-disposition', `attachment; filename="${name}"`);
      }
      if (query.watermark !== undefined && purpose !== undefined) {
        const copy = await markedCopy(ports.watermark, found, { by: operator.username, at: now(), purpose });
        return reply.header('content-type', found.contentType).header('cache-control', 'no-store').send(copy);
      }
      const isWhole = headers['if-range'] !== undefined && headers['if-range'] !== etagOf(found);
      return sendFile(reply, found, isWhole ? undefined : headers.range, purpose === undefined);
    },
  );

  http.post(
    '/alarms/:id/evidence',
    {
      schema: {
        params: ById,
        querystring: TakenAt,
        consumes: ['image/jpeg', 'multipart/form-data'],
        description: `A photo taken on the spot: a JPEG of at most ${PHOTO_MAX_MIB} MiB, bare or as the file of a form.`,
        response: { 201: Evidence },
      },
      preHandler: access.require('evidence.add'),
    },
    async ({ params, query, body, operator }, reply) => {
      const alarm = alarmFor(operator, desk, params.id);
      const photo: unknown = body;
      if (!(photo instanceof Photo)) throw new Refused('wrong-media-type', { expected: 'image/jpeg' });
      const added = await files.addPhoto(alarm.id, photo.bytes, saidAt(query.at, now()) ?? now(), actorOf(operator));
      return reply.code(201).send(toEvidence(added));
    },
  );

  http.post(
    '/alarms/:id/evidence/:file/lock',
    {
      schema: { params: ByFile, body: EvidenceLock, response: { 200: Evidence } },
      preHandler: access.require('evidence.lock'),
    },
    async ({ params, body, operator }) => {
      const alarm = alarmFor(operator, desk, params.id);
      const locked = await files.lock(alarm.id, params.file, body.isLocked, actorOf(operator), body.note);
      if (locked === undefined) throw noFile(params.file);
      return toEvidence(locked);
    },
  );
};

const noFile = (file: string): Refused =>
  new Refused('not-found', { field: 'file', value: file, expected: 'a file of this alarm that is still kept' });

const etagOf = ({ evidence: { sha256 } }: EvidenceReading): string => `"${sha256}"`;

/** The file, or the part of it that a player asks for when somebody seeks. */
function sendFile(reply: FastifyReply, file: EvidenceReading, asked: string | undefined, mayKeep: boolean) {
  const range = readRange(asked, file.bytes);
  reply
    .header('content-type', file.contentType)
    .header('accept-ranges', 'bytes')
    .header('etag', etagOf(file))
    .header('cache-control', mayKeep ? 'private, max-age=86400, immutable' : 'no-store');
  if (range === 'none') {
    void file.close();
    return reply.code(416).header('content-range', `bytes */${file.bytes}`).send();
  }
  if (range === undefined) return reply.header('content-length', file.bytes).send(file.read());
  return reply
    .code(206)
    .header('content-range', `bytes ${range.first}-${range.last}/${file.bytes}`)
    .header('content-length', lengthOf(range))
    .send(file.read(range));
}

const lengthOf = ({ first, last }: ByteRange): number => last - first + 1;
