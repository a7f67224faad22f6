import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { failed, ok, type Result } from '../gateway/domain/result.ts';
import { fault, type StreamFault } from './fault.ts';
import type { ToPlane, Upgrade, Wish } from './ipc.ts';
import { socketPair } from './socket-pair.ts';

type Handed = Extract<ToPlane, { kind: 'view' | 'view-bare' | 'view-wall' | 'view-talk' }>;
type Arriving = Readonly<{ request: IncomingMessage; socket: Duplex; head: Buffer }>;
type ToMessage = (upgrade: Upgrade) => Handed;
/** False when there is no process to send to; `onDone` is called once the message is on its way or lost. */
export type SendToPlane = (message: Handed, socket: Socket, onDone: () => void) => boolean;

/** Gives viewers' sockets to the plane's process, so that no picture passes through the gateway's. */
export class HandOver {
  readonly #send: SendToPlane;
  /** Sockets on their way to a process that may die meanwhile. */
  readonly #handing = new Set<Socket>();

  constructor(send: SendToPlane) {
    this.#send = send;
  }

  /** An upgraded request, already allowed; the plane completes the handshake. False: it was refused. */
  async upgraded(toMessage: ToMessage, { request, socket, head }: Arriving): Promise<boolean> {
    socket.on('error', () => socket.destroy()); // from here on nobody else listens, and an unheard error would end us
    const own = socket instanceof TLSSocket ? await plainSideOf(socket) : socket;
    const isGiven = own instanceof Socket && this.#giveUpgrade(toMessage, request, own, head);
    if (!isGiven) refuse(own ?? socket);
    return isGiven;
  }

  /** The near end of a connection over which the plane sends a stream, for an answer that Node's HTTP server writes. */
  async bare(viewing: number, wish: Wish): Promise<Result<Socket, StreamFault>> {
    const pair = await socketPair().catch(() => undefined); // no folder, no descriptors
    if (pair === undefined) return failed(fault('busy', 'no connection to the video plane can be made'));
    const [near, far] = pair;
    near.on('error', () => near.destroy());
    if (this.#give({ kind: 'view-bare', viewing, wish }, far)) return ok(near);
    near.destroy();
    return failed(fault('plane-away', 'the video plane is starting again'));
  }

  /** The process is gone, and what was on its way to it. */
  lost(): void {
    for (const socket of this.#handing) socket.destroy();
    this.#handing.clear();
  }

  /**
   * Node would keep books about sockets it handed over and let the server's `close` wait for each of them, or for ever
   * when the plane was killed: without its `server` the socket is not in those books.
   */
  #giveUpgrade(toMessage: ToMessage, request: IncomingMessage, socket: Socket, head: Buffer): boolean {
    const early: unknown = socket.read();
    const all = Buffer.isBuffer(early) ? Buffer.concat([head, early]) : head;
    Reflect.set(socket, 'server', null);
    socket.setTimeout(0);
    return this.#give(toMessage({ url: request.url ?? '/', headers: headersOf(request), head: all }), socket);
  }

  #give(message: Handed, socket: Socket): boolean {
    this.#handing.add(socket);
    const isSent = this.#send(message, socket, () => {
      this.#handing.delete(socket);
      socket.destroy(); // what is left here is a shell: the connection lives on in the plane
    });
    if (!isSent) this.#handing.delete(socket);
    return isSent;
  }
}

/** An encrypted socket cannot leave the process that holds its keys: its plain side is piped to the plane. */
async function plainSideOf(socket: TLSSocket): Promise<Socket | undefined> {
  const pair = await socketPair().catch(() => undefined); // no folder, no descriptors: the viewer comes again
  if (pair === undefined) return undefined;
  const [near, far] = pair;
  pipeline(near, socket, near, () => {}); // an end on either side ends both, which is all there is to do
  return far;
}

function headersOf(request: IncomingMessage): Record<string, string | string[]> {
  const given = Object.entries(request.headers).filter(
    (pair): pair is [string, string | string[]] => pair[1] !== undefined,
  );
  return Object.fromEntries(given);
}

function refuse(socket: Duplex): void {
  socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}
