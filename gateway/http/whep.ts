import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import type { Viewings } from './viewings.ts';

/** An offer of one picture is some 3 KB; browsers that name all they can send up to 10. */
const OFFER_MAX_BYTES = 32 * 1024;
const Offer = z.string().startsWith('v=0').max(OFFER_MAX_BYTES);
const Address = z.object({ address: z.string().max(100) });

/**
 * Pictures by WebRTC: the viewer posts its offer to a signed address and gets our answer; the address that comes with it
 * ends the viewing. Source: draft-ietf-wish-whep (WHEP), without trickled candidates.
 */
export async function serveWhep(
  http: FastifyInstance,
  { viewings, video, log }: Pick<HttpPorts, 'video' | 'log'> & Readonly<{ viewings: Viewings }>,
): Promise<void> {
  if (!video.hasWebRtc) return;
  /** Bounded by what the video plane serves so: who is gone is forgotten when the next one comes. */
  const viewers = new Map<string, number>();
  await http.register(async (whep) => {
    whep.addContentTypeParser(
      'application/sdp',
      { parseAs: 'string', bodyLimit: OFFER_MAX_BYTES },
      (_request, body, done) => done(null, body),
    );
    const options = { config: { isPublic: true }, schema: { hide: true } };
    whep.post('/live/whep/*', options, async (request, reply) => {
      const offer = Offer.safeParse(request.body);
      if (!offer.success) throw new Refused('bad-request', { detail: 'expected an offer in SDP, as application/sdp' });
      const granted = await viewings.wishOf(request.url, 'webrtc');
      if (!granted.ok) {
        const problem = granted.error.status === 403 ? 'out-of-scope' : 'no-picture';
        throw new Refused(problem, { detail: granted.error.reason });
      }
      const { grant, wish } = granted.value;
      const viewing = viewings.begin(grant);
      const answer = await video.viewWebRtc(viewing, wish, offer.data);
      if (!answer.ok) throw new Refused('no-picture', { detail: answer.error.reason });
      for (const [address, number] of viewers) if (!viewings.isOpen(number)) viewers.delete(address);
      viewers.set(grant.id, viewing);
      log.debug({ viewing, camera: grant.camera }, 'WebRTC opened');
      const headers = {
        'content-type': 'application/sdp',
        location: `/live/whep/${grant.id}`,
        'cache-control': 'no-store',
      };
      return reply.code(201).headers(headers).send(answer.value);
    });
    whep.delete('/live/whep/:address', options, async (request, reply) => {
      const { address } = Address.parse(request.params);
      const viewing = viewers.get(address);
      if (viewing === undefined) throw new Refused('not-found', { detail: 'nothing is watched under this address' });
      viewers.delete(address);
      video.end(viewing, undefined, 'closed');
      return reply.code(200).send();
    });
  });
}
