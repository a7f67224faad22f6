import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { type FlvSink, STALLED } from './flv-viewer.ts';
import type { Upgrade } from './ipc.ts';

/** A wall names a tile and its address; more than this is not a viewer. */
const SAYS_MAX_BYTES = 4096;
/** Half-open connections are found although nothing is sent to them while a camera is away. */
const PING_MS = 20_000;
const CLOSE_MAX_MS = 2000;
/** WebSocket close codes: the server goes or the stream ends; against the rules; try later. Source: RFC 6455, 7.4.1. */
export const GOING_AWAY = 1001;
export const REFUSED = 1008;
export const TRY_LATER = 1013;

/** Viewers over WebSocket: completes the handshake on sockets that the gateway's port took, and finds the dead ones. */
export class WsViewers {
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false, // pictures are compressed already
    maxPayload: SAYS_MAX_BYTES,
  });
  readonly #silent = new WeakSet<WebSocket>();
  readonly #pinging: NodeJS.Timeout;

  constructor() {
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
  }

  /** `onOpen` is called once the handshake is done; a request that is none is answered and closed. */
  accept(upgrade: Upgrade, socket: Socket, onOpen: (ws: WebSocket) => void): void {
    const request = new IncomingMessage(socket);
    request.method = 'GET';
    request.url = upgrade.url;
    Object.assign(request.headers, upgrade.headers);
    this.#server.handleUpgrade(request, socket, Buffer.from(upgrade.head), (ws) => {
      ws.on('error', () => ws.terminate()); // a broken frame or connection; `close` follows
      ws.on('pong', () => this.#silent.delete(ws));
      onOpen(ws);
    });
  }

  /** Says goodbye to all; resolves when every connection is over. */
  async close(): Promise<void> {
    clearInterval(this.#pinging);
    const over = [...this.#server.clients].map((ws) => new Promise((resolve) => ws.once('close', resolve)));
    for (const ws of this.#server.clients) closeSoon(ws, GOING_AWAY, 'closed');
    await Promise.all(over);
    this.#server.close();
  }

  #ping(): void {
    for (const ws of this.#server.clients) {
      if (this.#silent.has(ws)) ws.terminate();
      else if (ws.readyState === ws.OPEN) ws.ping();
      this.#silent.add(ws);
    }
  }
}

/** A farewell, and the end soon after for who does not answer it. */
export function closeSoon(ws: WebSocket, code: number, reason: string): void {
  ws.close(code, reason);
  const timer = setTimeout(() => ws.terminate(), CLOSE_MAX_MS);
  ws.once('close', () => clearTimeout(timer));
}

export const flvOver = (ws: WebSocket): FlvSink => ({
  send: (bytes, sent) => ws.send(bytes, { binary: true }, sent),
  close: (reason) => {
    if (reason === STALLED)
      ws.terminate(); // a farewell would wait behind what it does not take
    else closeSoon(ws, reason === 'closed' ? GOING_AWAY : REFUSED, reason);
  },
});
