import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { readWornXml, type XmlElement } from './xml.ts';

/** Where cameras bring their notifications: the address to listen on, and the one by which they reach it. */
export type PushSettings = Readonly<{ host: string; port: number; url: string }>;

/** One message of a camera; notifications are some kilobytes, a hundred of them at once are under this. */
const BODY_MAX_BYTES = 1024 * 1024;
const HEADERS_MAX_BYTES = 16 * 1024;
/** From the first byte to the last. */
const REQUEST_MAX_MS = 15_000;
/** Connections at once: a city's cameras that all speak at the same moment wait in the listen queue. */
const CONNECTIONS_MAX = 1_024;
/** Messages of one camera that wait for the journal; a camera that sends on is told to come back. */
const WAITING_MAX = 16;
const PATH = '/onvif/notify/';
const SECRET_BYTES = 24;

/** A way in that was opened for one subscription. */
export type PushWay = Readonly<{ url: string; close: () => void }>;

type Way = {
  readonly from: string;
  readonly take: (notify: XmlElement) => Promise<void>;
  waiting: Promise<void>;
  count: number;
};

/**
 * The listener for WS-BaseNotification: each subscription has a path that nobody can guess, and is heard from its
 * camera's own address only. Answers once the journal has what came. Source: WS-BaseNotification 1.3, 3 (Notify).
 */
export class PushDoor {
  readonly #settings: PushSettings;
  readonly #log: Logger;
  readonly #ways = new Map<string, Way>();
  readonly #server: Server;
  #url = '';

  constructor(settings: PushSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
    this.#server = createServer(
      { maxHeaderSize: HEADERS_MAX_BYTES, requestTimeout: REQUEST_MAX_MS, headersTimeout: REQUEST_MAX_MS },
      (request, response) => {
        this.#serve(request, response).catch((error: unknown) => {
          log.error({ err: error }, 'a notification of a camera was not taken');
          answer(response, 503);
        });
      },
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Rejects where the port is taken. */
  async open(): Promise<void> {
    this.#server.listen(this.#settings.port, this.#settings.host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    const url = new URL(this.#settings.url);
    if (url.port === '0' && address !== null && typeof address === 'object') url.port = String(address.port);
    this.#url = url.href.replace(/\/$/, '');
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  /** `from` is the camera's address; `take` resolves when what it was given is durable. */
  expect(from: string, take: (notify: XmlElement) => Promise<void>): PushWay {
    const path = PATH + randomBytes(SECRET_BYTES).toString('base64url');
    this.#ways.set(path, { from, take, waiting: Promise.resolve(), count: 0 });
    return { url: this.#url + path, close: () => void this.#ways.delete(path) };
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const way = this.#ways.get(request.url ?? '');
    if (way === undefined) return answer(response, 404);
    if (request.method !== 'POST') return answer(response, 405);
    const sender = unmapped(request.socket.remoteAddress ?? '');
    if (sender !== way.from) {
      this.#log.warn({ sender, expected: way.from }, 'notification refused: not from the camera');
      return answer(response, 403);
    }
    const text = await textOf(request);
    if (text === undefined) return answer(response, 413);
    const notify = notifyIn(text);
    if (notify === undefined) return answer(response, 400);
    if (way.count >= WAITING_MAX) return answer(response, 503);
    await inTurn(way, notify);
    answer(response, 200);
  }
}

/** What one camera says is taken in the order in which it came. */
async function inTurn(way: Way, notify: XmlElement): Promise<void> {
  way.count += 1;
  const turn = way.waiting.then(() => way.take(notify));
  way.waiting = turn.catch(() => undefined); // its own request is told; the next one is another message
  try {
    await turn;
  } finally {
    way.count -= 1;
  }
}

/** The Notify of a message, in an envelope or, as some cameras send it, alone. */
function notifyIn(text: string): XmlElement | undefined {
  const read = readWornXml(text);
  if (!read.ok) return undefined;
  const root = read.value;
  const body = root.local === 'Envelope' ? root.children.find(({ local }) => local === 'Body')?.children[0] : root;
  return body?.local === 'Notify' ? body : undefined;
}

async function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue; // no encoding is set, so all are
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes).toString('utf8');
}

const unmapped = (address: string): string => address.replace(/^::ffff:/i, '');

function answer(response: ServerResponse, status: number): void {
  if (response.headersSent) return;
  response.writeHead(status, { 'Content-Length': 0, ...(status >= 400 ? { Connection: 'close' } : {}) }).end();
}
