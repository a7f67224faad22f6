import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { isOwnOrigin } from '../access/browser.ts';
import type { HttpPorts } from './ports.ts';
import type { Viewings } from './viewings.ts';

type Refusal = Readonly<{ status: 403 | 404 | 502 | 500; reason: string }>;
type UpgradePorts = Pick<HttpPorts, 'video' | 'log'> & Readonly<{ viewings: Viewings }>;
type Arriving = Readonly<{ request: IncomingMessage; socket: Duplex; head: Buffer }>;

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
    const open = OPENERS.find(({ begin }) => path.startsWith(begin))?.open;
    const { origin, host } = request.headers;
    if (open === undefined) return close(socket, { status: 404, reason: 'unknown-path' });
    if (!isOwnOrigin(origin, host)) return close(socket, { status: 403, reason: 'foreign-origin' });
    open({ request, socket, head }, ports).then(
      (refusal) => refusal !== undefined && close(socket, refusal),
      (error: unknown) => {
        ports.log.error({ err: error }, 'stream request failed');
        close(socket, { status: 500, reason: 'internal' });
      },
    );
  });
}

/** What a person says to a camera, over a WebSocket. */
async function openTalk(
  { request, socket, head }: Arriving,
  { viewings, video }: UpgradePorts,
): Promise<Refusal | undefined> {
  const granted = await viewings.wishOf(request.url ?? '', 'talk');
  if (!granted.ok) return granted.error;
  await video.viewTalk(viewings.begin(granted.value.grant), granted.value.wish.source, request, socket, head);
  return undefined;
}

/** The stream of a signed URL, over WS-FLV. */
async function openStream(
  { request, socket, head }: Arriving,
  { viewings, video }: UpgradePorts,
): Promise<Refusal | undefined> {
  const granted = await viewings.wishOf(request.url ?? '', 'ws-flv');
  if (!granted.ok) return granted.error;
  await video.view(viewings.begin(granted.value.grant), granted.value.wish, request, socket, head);
  return undefined;
}

async function openWall(
  { request, socket, head }: Arriving,
  { viewings, video }: UpgradePorts,
): Promise<Refusal | undefined> {
  const granted = viewings.wallOf(request.url ?? '');
  if (!granted.ok) return granted.error;
  await video.viewWall(viewings.begin(granted.value), request, socket, head);
  return undefined;
}

const OPENERS = [
  { begin: '/live/wall', open: openWall },
  { begin: '/live/flv/', open: openStream },
  { begin: '/live/talk/', open: openTalk },
] as const;

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
