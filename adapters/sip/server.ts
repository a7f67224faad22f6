import { randomUUID } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { DeviceNetworks } from '../../gateway/domain/device-networks.ts';
import { FrameCutter } from '../tcp/frame-cutter.ts';
import type { TcpServer } from '../tcp/server.ts';
import type { VendorDesk } from '../vendor/desk.ts';
import { cutSip, readRequest, SIP_MAX_BYTES, type SipRequest, userOf, writeMessage, writeResponse } from './message.ts';
import { Registrar } from './registrar.ts';

export type SipPorts = Readonly<{
  host: string;
  port: number;
  networks: DeviceNetworks;
  /** The devices' password; undefined: the device networks are all that is asked. */
  password: string | undefined;
  desk: VendorDesk;
  log: Logger;
  now: () => number;
}>;

const FAMILY = 'gb28181';
const TOPIC = '/vendors/gb28181';
const MANSCDP = 'Application/MANSCDP+xml';
/** Messages under way at once, and connections; what comes beyond is not answered, so it comes again. */
const UNDER_WAY_MAX = 256;
const CONNECTIONS_MAX = 2_000;
const IDLE_MS = 15 * 60_000;

/** What goes back for one message, in order. */
type Handle = (bytes: Uint8Array, from: string) => Promise<readonly Buffer[]>;

/** Listens on UDP and TCP of one port. Rejects when it cannot be had. */
export async function startSipServer(ports: SipPorts): Promise<TcpServer> {
  const { networks, log, host } = ports;
  const handle = handler(ports);
  const sockets = new Set<Socket>();
  let underWay = 0;
  const take = async (bytes: Uint8Array, from: string, send: (answer: Buffer) => void): Promise<void> => {
    if (underWay >= UNDER_WAY_MAX) return;
    underWay += 1;
    try {
      for (const answer of await handle(bytes, from)) send(answer);
    } catch (error) {
      log.warn({ family: FAMILY, err: error }, 'the journal took no alarm: unanswered');
    } finally {
      underWay -= 1;
    }
  };
  const tcp = createServer((socket) => {
    const from = socket.remoteAddress ?? '';
    if (!networks.allows(from)) return void socket.destroy();
    const cutter = new FrameCutter(cutSip, SIP_MAX_BYTES);
    sockets.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy()); // the device is gone; it calls again
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      for (const frame of cutter.push(chunk)) void take(frame, from, (answer) => answerTo(socket, answer));
    });
  });
  tcp.maxConnections = CONNECTIONS_MAX;
  tcp.listen(ports.port, host);
  await once(tcp, 'listening');
  const address = tcp.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.on('error', (error) => log.warn({ family: FAMILY, err: error }, 'a datagram could not be sent'));
  udp.on('message', (bytes, { address: from, port: to }) => {
    if (networks.allows(from)) void take(bytes, `${from} ${to}`, (answer) => udp.send(answer, to, from));
  });
  udp.bind(port, host);
  await once(udp, 'listening');
  log.info({ family: FAMILY, host, port }, 'devices may call');
  return {
    port,
    connections: () => sockets.size,
    stop: async () => {
      const closed = [once(tcp, 'close'), once(udp, 'close')];
      tcp.close();
      udp.close();
      for (const socket of sockets) socket.destroy();
      await Promise.all(closed);
    },
  };
}

/** Who does not read our answers is no device that waits for them. */
const UNREAD_MAX_BYTES = 64 * 1024;

function answerTo(socket: Socket, answer: Buffer): void {
  if (socket.destroyed) return;
  socket.write(answer);
  if (socket.writableLength > UNREAD_MAX_BYTES) socket.destroy();
}

function handler({ desk, password, now }: SipPorts): Handle {
  const registrar = new Registrar(password, now);
  const register = async (request: SipRequest, from: string): Promise<readonly Buffer[]> => {
    const registered = registrar.register(request, from);
    if (registered === 'challenge') {
      return [writeResponse(request, '401 Unauthorized', { 'www-authenticate': registrar.challenge() })];
    }
    const { device, expiresS } = registered;
    if (device !== '') await desk.keep(FAMILY, [{ kind: 'status', device: desk.idOf(device), online: expiresS > 0 }]);
    const date = new Date(now() + CHINA_MS).toISOString().slice(0, -1); // 9.1.2.2: devices set their clocks by it
    return [writeResponse(request, '200 OK', { date, expires: String(expiresS) })];
  };
  const tell = async (request: SipRequest, from: string): Promise<readonly Buffer[]> => {
    if (!registrar.mayTell(from)) return [writeResponse(request, '403 Forbidden')];
    const { replies } = await desk.take(FAMILY, { topic: TOPIC, payload: request.body });
    return [
      writeResponse(request, '200 OK'),
      ...replies.map(({ payload }) => messageTo(request, Buffer.from(payload))),
    ];
  };
  return async (bytes, from) => {
    const request = readRequest(bytes);
    if (request === undefined) return [];
    if (request.method === 'REGISTER') return register(request, from);
    if (request.method === 'MESSAGE') return tell(request, from);
    return [writeResponse(request, request.method === 'OPTIONS' ? '200 OK' : '405 Method Not Allowed')];
  };
}
const CHINA_MS = 8 * 3_600_000;

/** A message of ours to who sent this one, by the way it came. */
function messageTo(request: SipRequest, body: Buffer): Buffer {
  const [from = '', to = ''] = [request.headers.get('from')?.[0], request.headers.get('to')?.[0]];
  const transport = /^SIP\/2\.0\/[A-Z]{2,4}/.exec(request.headers.get('via')?.[0] ?? '')?.[0] ?? 'SIP/2.0/UDP';
  const bare = (address: string): string => address.replace(/;tag=[^;>]*/i, '');
  const id = randomUUID();
  return writeMessage(
    `MESSAGE sip:${userOf(from)}@${userOf(from).slice(0, 10)} SIP/2.0`,
    [
      ['via', `${transport} fengsui;rport;branch=z9hG4bK${id}`],
      ['from', `${bare(to)};tag=${id.slice(0, 8)}`],
      ['to', bare(from)],
      ['call-id', id],
      ['cseq', '1 MESSAGE'],
      ['max-forwards', '70'],
      ['content-type', MANSCDP],
    ],
    body,
  );
}
