import { fault, type StreamFault } from '../fault.ts';

/** A camera's headers are a few hundred bytes, its SDP a few thousand; more than this is not a camera. */
export const HEAD_MAX_BYTES = 65_536;
export const BODY_MAX_BYTES = 65_536;

/** Names in lower case; a header that comes twice keeps both values (two WWW-Authenticate lines are usual). */
export type Headers = ReadonlyMap<string, readonly string[]>;

export type RtspResponse = Readonly<{ kind: 'response'; status: number; headers: Headers; body: string }>;
/** Servers may ask too (ANNOUNCE, OPTIONS); we answer 501 so that they do not wait. */
export type RtspRequest = Readonly<{ kind: 'request'; method: string; headers: Headers }>;
/** RTP or RTCP inside the RTSP connection. `payload` is a view, valid as long as its owner is. */
export type RtspFrame = Readonly<{ kind: 'frame'; channel: number; payload: Buffer }>;
export type RtspMessage = RtspResponse | RtspRequest | RtspFrame;

type StartLine = Readonly<{ kind: 'response'; status: number }> | Readonly<{ kind: 'request'; method: string }>;
type Head = Readonly<{ start: StartLine; headers: Headers; bodyBytes: number }>;

const DOLLAR = 0x24;
const FRAME_HEAD_BYTES = 4;
const CRLF = /\r?\n/;
const STATUS_LINE = /^RTSP\/1\.\d (\d{3})(?: .*)?$/;
const REQUEST_LINE = /^([A-Z_]{2,20}) \S+ RTSP\/1\.\d$/;

/**
 * Reads what a server sends on one connection: responses, requests and interleaved frames in any mixture, split
 * anywhere. After a fault it stays silent: a stream that lost its framing cannot be trusted again.
 * Source: RFC 2326, sections 6, 7 and 10.12.
 */
export class RtspReader {
  readonly #onMessage: (message: RtspMessage) => void;
  #waiting: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #fault: StreamFault | undefined;

  constructor(onMessage: (message: RtspMessage) => void) {
    this.#onMessage = onMessage;
  }

  /** Bytes kept for a message that is not whole yet; never over a head and a body. */
  get waitingBytes(): number {
    return this.#waiting.length;
  }

  push(chunk: Buffer): StreamFault | undefined {
    if (this.#fault !== undefined) return this.#fault;
    const bytes = this.#waiting.length === 0 ? chunk : Buffer.concat([this.#waiting, chunk]);
    let at = 0;
    for (;;) {
      const used = this.#take(bytes, at);
      if (typeof used !== 'number') return this.#fail(used);
      if (used === 0) break;
      at += used;
    }
    // A copy, since the rest of a chunk would keep the whole chunk alive.
    this.#waiting = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    return undefined;
  }

  #fail(found: StreamFault): StreamFault {
    this.#fault = found;
    this.#waiting = Buffer.alloc(0);
    return found;
  }

  /** How many bytes the next message took; none means that more must come. */
  #take(bytes: Buffer, at: number): number | StreamFault {
    if (this.#head !== undefined) return this.#takeBody(bytes, at, this.#head);
    if (at >= bytes.length) return 0;
    if (bytes[at] === DOLLAR) return this.#takeFrame(bytes, at);
    if (bytes[at] === 0x0d || bytes[at] === 0x0a) return 1; // some cameras send an empty line between messages
    return this.#takeHead(bytes, at);
  }

  #takeFrame(bytes: Buffer, at: number): number {
    if (bytes.length - at < FRAME_HEAD_BYTES) return 0;
    const total = FRAME_HEAD_BYTES + bytes.readUInt16BE(at + 2);
    if (bytes.length - at < total) return 0;
    const payload = bytes.subarray(at + FRAME_HEAD_BYTES, at + total);
    this.#onMessage({ kind: 'frame', channel: bytes.readUInt8(at + 1), payload });
    return total;
  }

  #takeHead(bytes: Buffer, at: number): number | StreamFault {
    const end = findHeadEnd(bytes, at);
    if (end === undefined) {
      if (bytes.length - at > HEAD_MAX_BYTES) return fault('too-large', 'a header of over 64 KiB');
      return mayBecomeHead(bytes, at) ? 0 : fault('not-rtsp', 'what came is not RTSP');
    }
    if (end - at > HEAD_MAX_BYTES) return fault('too-large', 'a header of over 64 KiB');
    const head = readHead(bytes.toString('latin1', at, end));
    if ('reason' in head) return head;
    this.#head = head;
    return end - at;
  }

  #takeBody(bytes: Buffer, at: number, head: Head): number | StreamFault {
    if (bytes.length - at < head.bodyBytes) return 0;
    this.#head = undefined;
    const body = bytes.toString('utf8', at, at + head.bodyBytes);
    if (head.start.kind === 'response') this.#onMessage({ ...head.start, headers: head.headers, body });
    else this.#onMessage({ ...head.start, headers: head.headers });
    if (head.bodyBytes > 0) return head.bodyBytes;
    return this.#take(bytes, at);
  }
}

/** Where the empty line after a head ends, for lines ended by CR LF or (some cameras) by LF alone. */
function findHeadEnd(bytes: Buffer, at: number): number | undefined {
  for (let lf = bytes.indexOf(0x0a, at); lf !== -1; lf = bytes.indexOf(0x0a, lf + 1)) {
    if (lf - at > HEAD_MAX_BYTES) return lf + 1;
    if (bytes[lf + 1] === 0x0a) return lf + 2;
    if (bytes[lf + 1] === 0x0d && bytes[lf + 2] === 0x0a) return lf + 3;
  }
  return undefined;
}

/** Every start line begins with a capital letter; anything else is refused at once, not after 64 KiB. */
function mayBecomeHead(bytes: Buffer, at: number): boolean {
  const first = bytes[at] ?? 0;
  return first >= 0x41 && first <= 0x5a;
}

function readHead(text: string): Head | StreamFault {
  const [line = '', ...rest] = text.split(CRLF);
  const start = readStartLine(line);
  if (start === undefined) return fault('not-rtsp', 'what came is not RTSP');
  const headers = readHeaders(rest);
  const length = headers.get('content-length')?.[0] ?? '0';
  if (!/^\d{1,9}$/.test(length)) return fault('not-rtsp', 'a Content-Length that is not a number');
  const bodyBytes = Number(length);
  if (bodyBytes > BODY_MAX_BYTES) return fault('too-large', 'a body of over 64 KiB');
  return { start, headers, bodyBytes };
}

function readStartLine(line: string): StartLine | undefined {
  const status = STATUS_LINE.exec(line)?.[1];
  if (status !== undefined) return { kind: 'response', status: Number(status) };
  const method = REQUEST_LINE.exec(line)?.[1];
  return method === undefined ? undefined : { kind: 'request', method };
}

function readHeaders(lines: readonly string[]): Headers {
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trim().toLowerCase();
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [line.slice(colon + 1).trim()]);
    else values.push(line.slice(colon + 1).trim());
  }
  return headers;
}
