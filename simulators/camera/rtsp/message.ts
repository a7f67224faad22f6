/** One request of an RTSP client, or what stands between requests. Source: RFC 2326, 4 and 10.12. */
export type RtspRequest = Readonly<{ method: string; uri: string; headers: ReadonlyMap<string, string> }>;

/** A request with its body is not longer; what is longer is no RTSP client. */
const REQUEST_MAX = 16 * 1024;

export class RtspReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #onPacket: (channel: number, packet: Buffer) => void;

  /** `onPacket`: what the client sends inside the connection. */
  constructor(onPacket: (channel: number, packet: Buffer) => void = () => {}) {
    this.#onPacket = onPacket;
  }

  /** Complete requests in what has come so far. */
  read(chunk: Buffer): RtspRequest[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const requests: RtspRequest[] = [];
    for (let taken = this.#take(requests); taken > 0; taken = this.#take(requests)) {
      this.#rest = this.#rest.subarray(taken);
    }
    return requests;
  }

  /** Bytes that the next thing takes, 0 while it is not complete. Throws where no request can be made of it. */
  #take(requests: RtspRequest[]): number {
    if (this.#rest[0] === 0x24) return this.#packetLength();
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0 && this.#rest.length > REQUEST_MAX) throw new RangeError('an RTSP request without an end');
    if (end < 0) return 0;
    const request = parseRequest(this.#rest.toString('utf8', 0, end));
    const bodyLength = Number(request.headers.get('content-length') ?? 0);
    if (!(bodyLength >= 0 && bodyLength <= REQUEST_MAX)) throw new RangeError('an RTSP request with a huge body');
    if (this.#rest.length < end + 4 + bodyLength) return 0;
    requests.push(request);
    return end + 4 + bodyLength;
  }

  #packetLength(): number {
    if (this.#rest.length < 4) return 0;
    const length = 4 + this.#rest.readUInt16BE(2);
    if (this.#rest.length < length) return 0;
    this.#onPacket(this.#rest.readUInt8(1), Buffer.from(this.#rest.subarray(4, length)));
    return length;
  }
}

function parseRequest(text: string): RtspRequest {
  const [first = '', ...lines] = text.trimStart().split('\r\n');
  const words = /^([A-Z_]+) (\S+) RTSP\/1\.0$/.exec(first);
  if (words === null) throw new RangeError('not an RTSP request');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method: words[1] ?? '', uri: words[2] ?? '', headers: new Map(headers) };
}

export type RtspAnswer = Readonly<{ status: number; headers?: Readonly<Record<string, string>>; body?: string }>;

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  401: 'Unauthorized',
  404: 'Not Found',
  454: 'Session Not Found',
  455: 'Method Not Valid in This State',
  461: 'Unsupported Transport',
  501: 'Not Implemented',
  551: 'Option not supported',
};

export function writeAnswer({ status, headers = {}, body }: RtspAnswer, cseq: string): string {
  const all = {
    CSeq: cseq,
    Server: 'Fengsui-simulator',
    ...headers,
    ...(body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `RTSP/1.0 ${status} ${REASONS[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n${body ?? ''}`;
}
