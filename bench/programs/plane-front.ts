import { createServer } from 'node:http';
import { pino } from 'pino';
import { z } from 'zod';
import { startVideoPlane } from '../../streams/plane.ts';
import type { StreamWish } from '../../streams/video-plane.ts';

/*
 * The product's video plane as the gateway runs it, in its own process below this one, and a port before it that does
 * for viewers what the gateway does once it has let them in: `GET /N`, upgraded, is handed to the plane, which sends
 * camera N as WS-FLV; `GET /wall` is a wall, whose tiles ask for a camera by its number. Messages: cameras {urls, username, password} → cameras. Says ready → the port.
 */
const Cameras = z.tuple([
  z.literal('cameras'),
  z.object({ urls: z.array(z.string()), username: z.string(), password: z.string() }),
]);
type CameraList = z.infer<typeof Cameras>[1];
let cameras: CameraList = { urls: [], username: '', password: '' };
let viewings = 0;

const log = pino({ level: 'silent' });
const plane = await startVideoPlane({ deviceNetworks: ['127.0.0.0/8'], log });
const server = createServer();
server.on('upgrade', (request, socket, head) => {
  viewings += 1;
  if (request.url === '/wall') return void plane.viewWall(viewings, request, socket, head);
  void plane.view(viewings, wishFor(Number(request.url?.slice(1))), request, socket, head);
});
plane.onTile(async (_viewing, _tile, grant) => ({ ok: true, value: wishFor(Number(grant)) }));

/** Throws for a number that no camera has: a mistake of the bench. */
function wishFor(at: number): StreamWish {
  const { urls, username, password } = cameras;
  const url = urls[at];
  if (url === undefined) throw new RangeError(`there is no camera ${at}`);
  return {
    source: { camera: `cam-${at}`, quality: 'sub', connection: { url, username, password } },
    format: 'sent',
  };
}
process.on('message', (message) => {
  cameras = Cameras.parse(message)[1];
  process.send?.(['cameras', {}]);
});
process.on('disconnect', async () => {
  await plane.stop();
  process.exit(0);
});
server.listen(0, '127.0.0.1', 4096, () => {
  const address = server.address();
  process.send?.(['ready', address !== null && typeof address === 'object' ? address.port : 0]);
});
