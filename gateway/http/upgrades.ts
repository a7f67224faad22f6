import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { isOwnOrigin } from '../access/browser.ts';
import { may } from '../access/operator.ts';
import type { StreamSource } from '../domain/camera.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { HttpPorts } from './ports.ts';
import { seesDevice } from './scoped.ts';

type Refusal = Readonly<{ status: 403 | 404 | 502 | 500; reason: string }>;
type UpgradePorts = Pick<HttpPorts, 'access' | 'registry' | 'cameras' | 'video' | 'streamUrls' | 'now' | 'log'>;

const WORDS = { 403: 'Forbidden', 404: 'Not Found', 500: 'Internal Server Error', 502: 'Bad Gateway' } as const;

/** One port for everything: what asks for another protocol is a live feed, a picture, or turned away. */
export function routeUpgrades(server: Server, ports: UpgradePorts): void {
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (path === '/socket.io/') {
      // Socket.IO listens for itself; before it does, nobody would ever answer.
      if (server.listenerCount('upgrade') < 2) close(socket, { status: 404, reason: 'not-started' });
      return;
    }
    socket.on('error', () => socket.destroy()); // the other side is gone: nothing is left to do
    if (!path.startsWith('/live/flv/')) return close(socket, { status: 404, reason: 'unknown-path' });
    openStream(request, ports).then(
      (opened) => (opened.ok ? ports.video.view(opened.value, request, socket, head) : close(socket, opened.error)),
      (error: unknown) => {
        ports.log.error({ err: error }, 'stream request failed');
        close(socket, { status: 500, reason: 'internal' });
      },
    );
  });
}

/** The source of a signed URL, if it still holds and its user may still see the camera. */
async function openStream(
  { url = '', headers }: IncomingMessage,
  { access, registry, cameras, streamUrls, now }: UpgradePorts,
): Promise<Result<StreamSource, Refusal>> {
  if (!isOwnOrigin(headers.origin, headers.host)) return failed({ status: 403, reason: 'foreign-origin' });
  const verified = streamUrls.verify(url, now());
  if (!verified.ok) return failed({ status: 403, reason: verified.error.reason });
  const { camera, quality, username } = verified.value;
  const operator = access.find(username);
  const device = registry.find(camera);
  if (
    operator === undefined ||
    device === undefined ||
    !may(operator, 'camera.view') ||
    !seesDevice(operator, device)
  ) {
    return failed({ status: 403, reason: 'out-of-scope' });
  }
  const source = await cameras.sourceOf(camera, quality);
  return source.ok ? ok(source.value) : failed({ status: 502, reason: source.error.reason });
}

/** The reason stands in a header: a browser hides it from scripts, a log or curl shows it. */
function close(socket: Duplex, { status, reason }: Refusal): void {
  const lines = [
    `HTTP/1.1 ${status} ${WORDS[status]}`,
    `x-refused: ${reason}`,
    'content-length: 0',
    'connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
}
