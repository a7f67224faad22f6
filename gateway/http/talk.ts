import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cameraFor } from './camera-answers.ts';
import { TalkAddress } from './contract/video.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { ADDRESS_LIFE_MS } from './viewings.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });

/**
 * Speaking through a camera's loudspeaker (对讲): an address for a WebSocket, whose messages are sound. It opens once,
 * within a minute; whether somebody speaks there already is seen when it does.
 */
export const talk: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, streamUrls, now }) => {
  http.post(
    '/cameras/:id/talk',
    { schema: { params: ById, response: { 200: TalkAddress } }, preHandler: access.require('device.command') },
    async (request) => {
      const { operator, holder } = request;
      const { id } = cameraFor(operator, registry, request.params.id);
      await request.auditNow('camera.talk', id);
      const expiresAt = now() + ADDRESS_LIFE_MS;
      const who = { camera: id, username: operator.username, session: holder?.tokenHash ?? '', expiresAt };
      const url = streamUrls.sign({ ...who, way: 'talk', quality: 'main', format: 'sent' });
      return { url, codec: 's16le' as const, sampleRate: 8000 as const, expiresAt: toIso(expiresAt) };
    },
  );
};
