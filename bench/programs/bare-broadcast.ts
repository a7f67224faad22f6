import { WebSocketServer } from 'ws';

/* The floor of the live feed: what the sensor sends goes to everybody else as it came. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.send?.(['ready', address.port]);
});
server.on('connection', (socket, request) => {
  if (request.url !== '/sensor') return;
  socket.on('message', (data: Buffer) => {
    for (const client of server.clients) if (client !== socket) client.send(data, { binary: false });
  });
});
