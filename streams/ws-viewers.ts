import { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { StreamSource } from '../gateway/domain/camera.ts';
import type { FlvSink } from './flv-viewer.ts';
import type { Upgrade } from './ipc.ts';
import type { Relays } from './relays.ts';

/** A viewer has nothing to say; more than this is not a viewer. */
const SAYS_MAX_BYTES = 1024;
/** Half-open connections are found although nothing is sent to them while a camera is away. */
const PING_MS = 20_000;
const CLOSE_MAX_MS = 2000;
/** WebSocket close codes: the server goes or the stream ends; try again later. Source: RFC 6455, 7.4.1 and IANA. */
const GOING_AWAY = 1001;
const TRY_LATER = 1013;

/** Viewers over WS-FLV: completes the handshake on a socket that the gateway's port took, then sends one stream. */
export class WsViewers {
  readonly #relays: Relays;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false, // pictures are compressed already
    maxPayload: SAYS_MAX_BYTES,
  });
  readonly #silent = new WeakSet<WebSocket>();
  readonly #pinging: NodeJS.Timeout;

  constructor(relays: Relays) {
    this.#relays = relays;
    this.#pinging = setInterval(() => this.#ping(), PING_MS);
  }

  get count(): number {
    return this.#server.clients.size;
  }

  accept(source: StreamSource, upgrade: Upgrade, socket: Socket): void {
    const request = new IncomingMessage(socket);
    request.method = 'GET';
    request.url = upgrade.url;
    Object.assign(request.headers, upgrade.headers);
    this.#server.handleUpgrade(request, socket, Buffer.from(upgrade.head), (ws) => this.#watch(source, ws));
  }

  /** Says goodbye to all; resolves when every connection is over. */
  async close(): Promise<void> {
    clearInterval(this.#pinging);
    const over = [...this.#server.clients].map((ws) => new Promise((resolve) => ws.once('close', resolve)));
    for (const ws of this.#server.clients) ws.close(GOING_AWAY);
    const timer = setTimeout(() => this.#terminateAll(), CLOSE_MAX_MS);
    await Promise.all(over);
    clearTimeout(timer);
    this.#server.close();
  }

  #terminateAll(): void {
    for (const ws of this.#server.clients) ws.terminate();
  }

  #watch(source: StreamSource, ws: WebSocket): void {
    ws.on('error', () => ws.terminate()); // a broken frame or connection; `close` follows
    ws.on('pong', () => this.#silent.delete(ws));
    const watching = this.#relays.watch(source, sinkOf(ws));
    if (!watching.ok) ws.close(TRY_LATER, watching.error.text);
    else ws.once('close', watching.value.leave);
  }

  #ping(): void {
    for (const ws of this.#server.clients) {
      if (this.#silent.has(ws)) ws.terminate();
      else if (ws.readyState === ws.OPEN) ws.ping();
      this.#silent.add(ws);
    }
  }
}

const sinkOf = (ws: WebSocket): FlvSink => ({
  send: (bytes, sent) => ws.send(bytes, { binary: true }, sent),
  close: (reason) => {
    if (reason === 'stalled')
      ws.terminate(); // a farewell would wait behind what it does not take
    else ws.close(GOING_AWAY, reason);
  },
});
