import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { mayBeHeard } from '../domain/camera.ts';
import { cameraFor } from './camera-answers.ts';
import { SoundAddress } from './contract/video.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import { ADDRESS_LIFE_MS } from './viewings.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const Quality = z.object({ quality: z.enum(['main', 'sub']).default('sub') });
const HEARD = 'a camera whose record says settings.sound: true';

/** Hearing a camera (听): only where its record allows it, and never without a line in the audit trail. */
export const sound: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, streamUrls, now }) => {
  http.post(
    '/cameras/:id/sound',
    {
      schema: { params: ById, querystring: Quality, response: { 200: SoundAddress } },
      preHandler: access.require('camera.view'),
    },
    async (request) => {
      const { operator, holder, query } = request;
      const camera = cameraFor(operator, registry, request.params.id);
      if (!mayBeHeard(camera)) throw new Refused('not-supported', { field: 'id', value: camera.id, expected: HEARD });
      await request.auditNow('camera.listen', camera.id);
      const expiresAt = now() + ADDRESS_LIFE_MS;
      const session = holder?.tokenHash ?? '';
      const who = { camera: camera.id, username: operator.username, session, expiresAt, quality: query.quality };
      const sources = [
        { protocol: 'ws-flv' as const, url: streamUrls.sign({ ...who, way: 'ws-flv', format: 'sound' }) },
        { protocol: 'http-flv' as const, url: streamUrls.sign({ ...who, way: 'http-flv', format: 'with-sound' }) },
      ];
      return { sources, expiresAt: toIso(expiresAt) };
    },
  );
};
