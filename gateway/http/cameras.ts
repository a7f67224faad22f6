import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Quality } from '../domain/camera.ts';
import { cameraFor, refusalOf } from './camera-answers.ts';
import { LiveSources } from './contract/video.ts';
import { DeviceIdText } from './contract/words.ts';
import type { HttpPorts, StreamGrant } from './ports.ts';
import { Refused } from './problems.ts';
import { ptz } from './ptz.ts';
import { ADDRESS_LIFE_MS } from './viewings.ts';
import { toIso } from './wire.ts';

const ById = z.object({ id: DeviceIdText });
const PUSHES = 'a camera of profile rtmp-push, and a gateway with rtmp.port';
const Qualities = z
  .string()
  .default('sub')
  .transform((text) => text.split(','))
  .pipe(
    z
      .array(z.enum(['main', 'sub']))
      .min(1)
      .max(2),
  );
/** Every stream is to be had in each way; the reader takes what it can play. By WebRTC there is H.264 only, where it is on. */
const WAYS = ['wall', 'ws-flv', 'http-flv'] as const;
const waysOf = (codec: string, hasWebRtc: boolean) =>
  hasWebRtc && codec !== 'h265' ? ([...WAYS, 'webrtc'] as const) : WAYS;

const PushAddress = z.object({
  server: z.string().describe('the address field of an encoder, such as rtmp://10.0.0.5:1935/push'),
  streamKey: z.string().describe('its stream key: a secret'),
});

/** Pictures of a camera, and its movements. */
export const cameras: FastifyPluginAsyncZod<HttpPorts> = async (
  http,
  { access, registry, now, streamUrls, ...ports },
) => {
  http.get(
    '/cameras/:id/live',
    {
      schema: { params: ById, querystring: z.object({ quality: Qualities }), response: { 200: LiveSources } },
      preHandler: access.require('camera.view'),
    },
    async ({ params, query, operator, holder }) => {
      const { id } = cameraFor(operator, registry, params.id);
      const streams = await ports.cameras.streamsOf(id);
      if (!streams.ok) throw refusalOf(streams.error);
      const expiresAt = now() + ADDRESS_LIFE_MS;
      const who = { camera: id, username: operator.username, session: holder?.tokenHash ?? '', expiresAt };
      const asked = [...new Set(query.quality)].flatMap((quality) =>
        streams.value.filter((stream) => stream.quality === quality),
      );
      const sources = offersOf(asked).flatMap(({ quality, codec, format }) =>
        waysOf(codec, ports.video.hasWebRtc).map((way) => {
          const url = streamUrls.sign({ ...who, way, quality, format });
          return { protocol: way, url, codec, quality, ...(format === 'sent' ? {} : { transcoded: true }) };
        }),
      );
      return { sources, expiresAt: toIso(expiresAt) };
    },
  );

  http.get(
    '/cameras/:id/push-address',
    {
      schema: { params: ById, response: { 200: PushAddress } },
      preHandler: access.require('device.write'),
    },
    async ({ params, operator, hostname }) => {
      const found = ports.push.addressOf(cameraFor(operator, registry, params.id));
      if (found === undefined) throw new Refused('not-supported', { field: 'id', value: params.id, expected: PUSHES });
      return { server: `rtmp://${hostname}:${found.port}/push`, streamKey: found.streamKey };
    },
  );

  http.get(
    '/cameras/:id/snapshot',
    {
      schema: { params: ById, querystring: z.object({ quality: z.enum(['main', 'sub']).default('main') }) },
      preHandler: access.require('camera.view'),
    },
    async ({ params, query, operator }, reply) => {
      const { id } = cameraFor(operator, registry, params.id);
      const { jpeg, at } = await snapshotOf(id, query.quality);
      return reply
        .header('content-type', 'image/jpeg')
        .header('cache-control', 'no-store')
        .header('last-modified', new Date(at).toUTCString())
        .send(Buffer.from(jpeg));
    },
  );

  await http.register(ptz, { ...ports, access, registry, now, streamUrls });

  async function snapshotOf(id: string, quality: Quality) {
    const source = await ports.cameras.sourceOf(id, quality);
    if (!source.ok) throw refusalOf(source.error);
    const snapshot = await ports.video.snapshot(source.value);
    if (!snapshot.ok) throw refusalOf(snapshot.error);
    return snapshot.value;
  }
};

type Offer = Readonly<{ quality: Quality; codec: string; format: StreamGrant['format'] }>;

/**
 * As the camera sends it, in the order asked; last, where none of it is H.264, the smallest encoded again for browsers
 * that play nothing else.
 */
function offersOf(streams: readonly Omit<Offer, 'format'>[]): readonly Offer[] {
  const sent = streams.map((stream) => ({ ...stream, format: 'sent' as const }));
  const toEncode = streams.find(({ quality }) => quality === 'sub') ?? streams[0];
  if (toEncode === undefined || streams.some(({ codec }) => codec === 'h264')) return sent;
  return [...sent, { quality: toEncode.quality, codec: 'h264', format: 'h264' }];
}
