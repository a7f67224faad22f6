import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';

/*
 * The floor of the live feed: what the sensor sends goes as it came to those who listen on its channels (`/7` listens on
 * 7), and nothing else is done. Says `ready` with its port.
 */
const Said = z.object({ channels: z.array(z.number()), message: z.string() });
const listeners = new Map<number, Set<WebSocket>>();

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false, backlog: 4096 });
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.(['ready', address.port]);
});
server.on('connection', (socket, { url = '' }) => {
  if (url === '/sensor') return void socket.on('message', tell);
  const channel = Number(url.slice(1));
  const others = listeners.get(channel) ?? new Set();
  listeners.set(channel, others.add(socket));
  socket.on('close', () => others.delete(socket));
});

function tell(data: Buffer): void {
  const { channels, message } = Said.parse(JSON.parse(data.toString()));
  for (const channel of channels) for (const socket of listeners.get(channel) ?? []) socket.send(message);
}
