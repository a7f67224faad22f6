import { createHash, randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type H264Loop, packetise, packetsOf } from './h264-loop.ts';

export type RtspServerOptions = Readonly<{
  loop: H264Loop;
  auth?: 'none' | 'basic' | 'md5' | 'md5-qop' | 'sha256-qop';
  username?: string;
  password?: string;
  /** The session's time as told in SETUP; a session without keep-alive for that long is ended. */
  timeoutS?: number;
  /** A nonce is taken this many times, then it is stale. */
  nonceUses?: number;
  redirectTo?: string;
  /** The SDP's `a=rtpmap`; empty: the line is left out. */
  codec?: string;
  /** The SDP's `a=fmtp` in place of H.264's. */
  fmtp?: string;
  /** A picture's payloads in place of H.264's. */
  payloads?: (picture: readonly Buffer[]) => readonly Buffer[];
  /** Parameter sets out of band, in band, or both. */
  sets?: 'sdp' | 'band' | 'both';
  /** What `a=control` of the track is, after `rtsp://host:port`. */
  control?: (base: string) => string;
  /** Loses every packet for which this is true. */
  loses?: (sequence: number) => boolean;
  port?: number;
}>;

type Session = { id: string; socket: Socket; timer?: NodeJS.Timeout; expires?: NodeJS.Timeout };

/** A small RTSP server that may misbehave, made for tests and independent of the simulated camera. */
export class RtspServer extends EventEmitter<{ request: [method: string, uri: string]; playing: []; ended: [] }> {
  readonly requests: { method: string; uri: string; authorization: string | undefined }[] = [];
  /** RTCP of its receivers. */
  readonly reports: { channel: number; report: Buffer }[] = [];
  readonly #options: RtspServerOptions;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Map<string, Session>();
  readonly #server: Server;
  #nonce = randomBytes(8).toString('hex');
  #nonceUses = 0;
  #sessionsEver = 0;
  isSilent = false;

  constructor(options: RtspServerOptions) {
    super();
    this.#options = options;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(options: RtspServerOptions): Promise<RtspServer> {
    const server = new RtspServer(options);
    server.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get port(): number {
    const address = this.#server.address();
    return (address as AddressInfo).port;
  }
  get url(): string {
    return `rtsp://127.0.0.1:${this.port}/stream1?channel=1`;
  }
  get playing(): number {
    return this.#sessions.size;
  }
  get sessionsEver(): number {
    return this.#sessionsEver;
  }
  get connections(): number {
    return this.#sockets.size;
  }

  /** Breaks every connection, as a camera does that loses its power; it takes new ones at once. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const session of [...this.#sessions.values()]) this.#end(session);
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let text = '';
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      text = this.#takeReports(text + chunk.toString('latin1'));
      for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
        const request = text.slice(0, end);
        text = this.#takeReports(text.slice(end + 4));
        this.#answer(socket, request);
      }
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#sockets.delete(socket);
      for (const session of [...this.#sessions.values()]) if (session.socket === socket) this.#end(session);
    });
  }

  /** What its receiver says inside the connection, before the next request. */
  #takeReports(text: string): string {
    let rest = text;
    for (; rest.startsWith('$') && rest.length >= 4; ) {
      const end = 4 + ((rest.charCodeAt(2) << 8) | rest.charCodeAt(3));
      if (rest.length < end) break;
      this.reports.push({ channel: rest.charCodeAt(1), report: Buffer.from(rest.slice(4, end), 'latin1') });
      rest = rest.slice(end);
    }
    return rest;
  }

  #answer(socket: Socket, request: string): void {
    const [line = '', ...rest] = request.split('\r\n');
    const [method = '', uri = ''] = line.split(' ');
    const headers = new Map(
      rest.map((one) => [one.slice(0, one.indexOf(':')).toLowerCase(), one.slice(one.indexOf(':') + 1).trim()]),
    );
    const authorization = headers.get('authorization');
    this.requests.push({ method, uri, authorization });
    this.emit('request', method, uri);
    const reply = (status: string, lines: readonly string[] = [], body = ''): void => {
      const head = [`RTSP/1.0 ${status}`, `CSeq: ${headers.get('cseq')}`, ...lines];
      if (body !== '') head.push('Content-Type: application/sdp', `Content-Length: ${body.length}`);
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
    };
    const challenge = this.#challenge(method, uri, authorization);
    if (method === 'OPTIONS') reply('200 OK', ['Public: OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
    else if (challenge !== undefined) reply('401 Unauthorized', challenge);
    else if (this.#options.redirectTo !== undefined) reply('302 Moved', [`Location: ${this.#options.redirectTo}`]);
    else if (method === 'DESCRIBE') reply('200 OK', [`Content-Base: ${this.url}/`], this.#sdp());
    else if (method === 'SETUP') this.#setup(socket, headers.get('transport') ?? '', reply);
    else this.#inSession(method, headers.get('session'), reply);
  }

  #setup(socket: Socket, transport: string, reply: (status: string, lines?: readonly string[]) => void): void {
    const id = randomBytes(4).toString('hex');
    this.#sessions.set(id, { id, socket });
    this.#sessionsEver += 1;
    reply('200 OK', [
      `Session: ${id};timeout=${this.#options.timeoutS ?? 60}`,
      `Transport: ${transport};ssrc=12345678`,
    ]);
  }

  #inSession(method: string, id: string | undefined, reply: (status: string, lines?: readonly string[]) => void): void {
    const session = this.#sessions.get(id ?? '');
    if (session === undefined) {
      reply('454 Session Not Found');
      return;
    }
    reply('200 OK', [`Session: ${session.id}`]);
    this.#prolong(session);
    if (method === 'PLAY') this.#play(session);
    if (method === 'TEARDOWN') this.#end(session);
  }

  #prolong(session: Session): void {
    clearTimeout(session.expires);
    session.expires = setTimeout(() => session.socket.destroy(), (this.#options.timeoutS ?? 60) * 1000);
  }

  #play(session: Session): void {
    let [sequence, timestamp, index] = [65_000, 4_294_900_000, 7]; // begins in the middle of a group, near both wraps
    this.emit('playing');
    session.timer = setInterval(() => {
      if (this.isSilent) return;
      const { pictures, sps, pps } = this.#options.loop;
      const all = pictures[index % pictures.length] ?? [];
      const hasSets = this.#options.sets !== 'sdp';
      const picture = all.filter((nal) => hasSets || (!nal.equals(sps) && !nal.equals(pps)));
      const payloads = this.#options.payloads?.(picture);
      const packets =
        payloads === undefined ? packetise(picture, sequence, timestamp) : packetsOf(payloads, sequence, timestamp);
      for (const packet of packets) {
        if (this.#options.loses?.(packet.readUInt16BE(2)) === true) continue;
        const head = Buffer.from([0x24, 0, packet.length >> 8, packet.length & 0xff]);
        session.socket.write(Buffer.concat([head, packet]));
      }
      sequence = (sequence + packets.length) & 0xffff;
      timestamp = (timestamp + 3600) % 2 ** 32;
      index += 1;
    }, 40);
  }

  #end(session: Session): void {
    clearInterval(session.timer);
    clearTimeout(session.expires);
    if (this.#sessions.delete(session.id)) this.emit('ended');
  }

  #sdp(): string {
    const { loop, codec = 'H264', sets = 'both', control } = this.#options;
    const sprop = `${loop.sps.toString('base64')},${loop.pps.toString('base64')}`;
    const described = sets === 'band' ? '' : `; sprop-parameter-sets=${sprop}`;
    const fmtp = this.#options.fmtp ?? `packetization-mode=1${described}`;
    const rtpmap = codec === '' ? [] : [`a=rtpmap:96 ${codec}/90000`];
    const track = control?.(this.url) ?? 'trackID=1';
    return [
      ...['v=0', 'o=- 0 0 IN IP4 0.0.0.0', 's=test', 't=0 0', 'a=control:*'],
      ...['m=audio 0 RTP/AVP 8', 'a=control:trackID=0'],
      ...['m=video 0 RTP/AVP 96', ...rtpmap, `a=fmtp:96 ${fmtp}`, `a=control:${track}`, ''],
    ].join('\r\n');
  }

  /** Header lines of a 401, or nothing when the request may pass. Checks digests with code of its own. */
  #challenge(method: string, uri: string, authorization: string | undefined): readonly string[] | undefined {
    const { auth = 'none', username = '', password = '', nonceUses = Number.POSITIVE_INFINITY } = this.#options;
    if (auth === 'none') return undefined;
    if (auth === 'basic') {
      const expected = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
      return authorization === expected ? undefined : ['WWW-Authenticate: Basic realm="cam"'];
    }
    const isStale = authorization !== undefined && this.#nonceUses >= nonceUses;
    if (isStale) {
      this.#nonce = randomBytes(8).toString('hex');
      this.#nonceUses = 0;
    } else if (authorization !== undefined && this.#isRight(auth, method, uri, authorization)) {
      this.#nonceUses += 1;
      return undefined;
    }
    const algorithm = auth === 'sha256-qop' ? ', algorithm=SHA-256' : '';
    const qop = auth === 'md5' ? '' : ', qop="auth,auth-int"';
    const digest = `Digest realm="c, am", nonce="${this.#nonce}"${qop}${algorithm}${isStale ? ', stale=true' : ''}`;
    return ['WWW-Authenticate: Basic realm="cam"', `WWW-Authenticate: ${digest}`];
  }

  #isRight(auth: string, method: string, uri: string, authorization: string): boolean {
    const value = (name: string): string => new RegExp(`[ ,]${name}="?([^",]*)`).exec(authorization)?.[1] ?? '';
    const { username = '', password = '' } = this.#options;
    const hash = (text: string): string =>
      createHash(auth === 'sha256-qop' ? 'sha256' : 'md5')
        .update(text)
        .digest('hex');
    const [ha1, ha2] = [hash(`${username}:c, am:${password}`), hash(`${method}:${uri}`)];
    const middle = auth === 'md5' ? '' : `${value('nc')}:${value('cnonce')}:auth:`;
    const isOurs = authorization.startsWith('Digest ') && value('nonce') === this.#nonce;
    return isOurs && value('response') === hash(`${ha1}:${this.#nonce}:${middle}${ha2}`);
  }
}
