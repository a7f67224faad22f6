import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { ServerPorts } from './protocol.ts';
import type { TcpServer } from './server.ts';

/** Datagrams under way at once; what comes beyond is not answered, so it comes again. */
const UNDER_WAY_MAX = 256;

/** The same for devices that send each frame in a datagram of its own (DC-09 over UDP): one frame, one answer. */
export async function startDatagramServer(ports: ServerPorts): Promise<TcpServer> {
  const { protocol, networks, desk, log, host, port } = ports;
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  let underWay = 0;
  const take = async (payload: Buffer, address: string, to: number): Promise<void> => {
    underWay += 1;
    try {
      const { replies } = await desk.take(protocol.family, { topic: protocol.topic, payload });
      for (const reply of replies) socket.send(reply.payload, to, address);
    } catch (error) {
      log.warn({ family: protocol.family, err: error }, 'the journal took no datagram: unanswered');
    } finally {
      underWay -= 1;
    }
  };
  socket.on('message', (payload, { address, port: from }) => {
    if (networks.allows(address) && underWay < UNDER_WAY_MAX && payload.length <= protocol.maxBytes)
      void take(payload, address, from);
  });
  socket.on('error', (error) => log.warn({ family: protocol.family, err: error }, 'a datagram could not be sent'));
  socket.bind(port, host);
  await once(socket, 'listening');
  return {
    port: socket.address().port,
    connections: () => underWay,
    stop: async () => {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
