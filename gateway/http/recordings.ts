import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { cameraFor, refusalOf } from './camera-answers.ts';
import { PlaybackWish, Recordings, RecordingsQuery } from './contract/recordings.ts';
import { LiveSources } from './contract/video.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts } from './ports.ts';
import { ADDRESS_LIFE_MS } from './viewings.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const WAYS = ['wall', 'ws-flv', 'http-flv'] as const;

/** What cameras and recorders kept themselves (录像回放). Another moment or speed is another playback: an address is one. */
export const recordings: FastifyPluginAsyncZod<HttpPorts> = async (http, { access, registry, cameras, ...ports }) => {
  http.get(
    '/cameras/:id/recordings',
    {
      schema: { params: ById, querystring: RecordingsQuery, response: { 200: Recordings } },
      preHandler: access.require('camera.view'),
    },
    async ({ params, query, operator }) => {
      const { id } = cameraFor(operator, registry, params.id);
      const found = await cameras.recordings(id, query);
      if (!found.ok) throw refusalOf(found.error);
      const items = found.value.map(({ recording, from, to }) => ({ recording, from: toIso(from), to: toIso(to) }));
      return { items };
    },
  );

  http.post(
    '/cameras/:id/playback',
    {
      schema: { params: ById, body: PlaybackWish, response: { 200: LiveSources } },
      preHandler: access.require('camera.view'),
    },
    async (request) => {
      const { operator, holder, body: replay } = request;
      const { id } = cameraFor(operator, registry, request.params.id);
      const place = await cameras.replayOf(id, replay.recording);
      if (!place.ok) throw refusalOf(place.error);
      await request.auditNow('camera.playback', `${id} ${toIso(replay.from)} - ${toIso(replay.to)}`);
      const expiresAt = ports.now() + ADDRESS_LIFE_MS;
      const who = { camera: id, username: operator.username, session: holder?.tokenHash ?? '', expiresAt, replay };
      const sources = WAYS.map((way) => {
        const url = ports.streamUrls.sign({ ...who, way, quality: 'main' as const, format: 'sent' as const });
        return { protocol: way, url, codec: 'h264', quality: 'main' as const };
      });
      return { sources, expiresAt: toIso(expiresAt) };
    },
  );
};
