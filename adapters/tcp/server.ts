import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Connection } from './connection.ts';
import type { ServerPorts } from './protocol.ts';

/** Connections of one listener, and of one address: a carrier's address stands for many terminals. */
const CONNECTIONS_MAX = 5_000;
const CONNECTIONS_OF_ADDRESS_MAX = 500;

export type TcpServer = Readonly<{ port: number; connections: () => number; stop: () => Promise<void> }>;

/** Listens for the devices of one protocol. Rejects when the address cannot be had. */
export async function startTcpServer(ports: ServerPorts): Promise<TcpServer> {
  const { log, networks, protocol } = ports;
  const open = new Map<Socket, Connection>();
  /** Connections of each address; no more addresses than connections. */
  const callers = new Map<string, number>();
  const server = createServer({ keepAlive: true }, (socket) => {
    const from = socket.remoteAddress ?? '';
    const ofAddress = callers.get(from) ?? 0;
    if (!networks.allows(from) || ofAddress >= CONNECTIONS_OF_ADDRESS_MAX) {
      log.warn({ family: protocol.family, from, ofAddress }, 'connection of a device refused');
      socket.destroy();
      return;
    }
    open.set(socket, new Connection(socket, ports));
    count(callers, from, 1);
    socket.on('close', () => {
      open.delete(socket);
      count(callers, from, -1);
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.listen(ports.port, ports.host);
  await once(server, 'listening');
  const port = portOf(server);
  log.info({ family: protocol.family, host: ports.host, port }, 'devices may call');
  return { port, connections: () => open.size, stop: () => stop(server, open) };
}

function count(callers: Map<string, number>, from: string, change: 1 | -1): void {
  const connections = (callers.get(from) ?? 0) + change;
  if (connections > 0) callers.set(from, connections);
  else callers.delete(from);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Reads no more; what was read is answered first. */
async function stop(server: Server, open: ReadonlyMap<Socket, Connection>): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await Promise.all([...open.values()].map((connection) => connection.end()));
  await closed;
}
