import type { FastifyInstance } from 'fastify';
import type { HttpPorts } from './ports.ts';
import { Refused } from './problems.ts';
import type { Viewings } from './viewings.ts';

/**
 * These answers pass through this process, since Node lets go of a socket after an upgrade only: so many at once, for a
 * player or two beside the console, and no more. The console never comes this way.
 */
const ANSWERS_MAX = 32;

/** HTTP-FLV for other players (VLC, ffmpeg): the signed address is the whole permission, a player has no session. */
export function serveHttpFlv(
  http: FastifyInstance,
  { viewings, video, log }: Pick<HttpPorts, 'video' | 'log'> & Readonly<{ viewings: Viewings }>,
): void {
  let answers = 0;
  http.get('/live/http-flv/*', { config: { isPublic: true }, schema: { hide: true } }, async (request, reply) => {
    const granted = await viewings.wishOf(request.url, 'http-flv');
    if (!granted.ok) {
      const problem = granted.error.status === 403 ? 'out-of-scope' : 'no-picture';
      throw new Refused(problem, { detail: granted.error.reason });
    }
    if (answers >= ANSWERS_MAX) throw new Refused('no-picture', { detail: 'busy' });
    const viewing = viewings.begin(granted.value.grant);
    const opened = await video.viewBare(viewing, granted.value.wish);
    if (!opened.ok) throw new Refused('no-picture', { detail: opened.error.reason });
    answers += 1;
    opened.value.once('close', () => {
      answers -= 1;
    });
    reply.raw.once('close', () => opened.value.destroy());
    log.debug({ viewing, camera: granted.value.grant.camera }, 'HTTP-FLV opened');
    return reply.header('content-type', 'video/x-flv').header('cache-control', 'no-store').send(opened.value);
  });
}
