import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Credentials, challenge, isAuthorized, newNonce } from '../digest.ts';
import { type RtspAnswer, RtspReader, type RtspRequest, writeAnswer } from './message.ts';
import { MICROPHONE_MEDIA, Microphone } from './microphone.ts';
import type { OnAir, Viewer } from './on-air.ts';

/** Seconds without a word from the client after which its session ends; said in the answer to SETUP. */
const SESSION_TIMEOUT_S = 60;
const BACK_CHANNEL = 'www.onvif.org/ver20/backchannel';
const TALK_SESSION = 'talk';
const TALK_MEDIA = 'm=audio 0 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\na=control:talk\r\na=sendonly\r\n';
/** Sound for a client that does not read is left away. */
const UNHEARD_MAX_BYTES = 65_536;
const METHODS = 'OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN';

export type RtspSite = Readonly<{
  name: string;
  credentials: Credentials;
  /** The stream at a path such as `/main`; undefined where there is none. `uri` is all that the client said, with its query. */
  find(path: string, uri: string): OnAir | undefined;
  /** A client speaks (back channel): sound as RTP carries it. Absent: the camera has no loudspeaker. */
  readonly hear?: ((payload: Buffer) => void) | undefined;
  /** Sound goes out beside the pictures, to who sets it up. */
  readonly hasMicrophone?: boolean | undefined;
  /** One client more or less is sent it. */
  readonly listening?: ((by: number) => void) | undefined;
}>;

/** One connection of one client, with at most one session on it. */
export class RtspConnection {
  readonly #site: RtspSite;
  readonly #socket: Socket;
  readonly #reader = new RtspReader((channel, packet) => this.#hear(channel, packet));
  #ear: number | undefined;
  readonly #nonce = newNonce();
  #microphone: Microphone | undefined;
  #session: { id: string; stream: OnAir; viewer: Viewer; isPlaying: boolean } | undefined;

  constructor(site: RtspSite, socket: Socket) {
    this.#site = site;
    this.#socket = socket;
    socket.setNoDelay(true);
    const silence = setTimeout(() => socket.destroy(), SESSION_TIMEOUT_S * 1000);
    socket.on('data', (chunk) => {
      silence.refresh(); // any request or receiver report keeps the session, as RFC 2326 and cameras have it
      this.#read(chunk);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(silence);
      this.#end();
    });
  }

  #read(chunk: Buffer): void {
    try {
      for (const request of this.#reader.read(chunk)) this.#serve(request);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#socket.destroy(); // no RTSP client: nothing to answer
    }
  }

  #serve(request: RtspRequest): void {
    const answer = this.#answer(request);
    this.#socket.write(writeAnswer(answer, request.headers.get('cseq') ?? '0'));
    if (request.method === 'PLAY' && answer.status === 200) this.#play();
  }

  #answer(request: RtspRequest): RtspAnswer {
    if (request.method === 'OPTIONS') return { status: 200, headers: { Public: METHODS } };
    const asked = { method: request.method, uri: request.uri, nonce: this.#nonce };
    if (!isAuthorized(request.headers.get('authorization'), asked, this.#site.credentials)) {
      return { status: 401, headers: { 'WWW-Authenticate': challenge(this.#nonce) } };
    }
    switch (request.method) {
      case 'DESCRIBE':
        return this.#describe(request);
      case 'SETUP':
        return this.#setup(request);
      case 'PLAY':
        return this.#answerPlay(request);
      case 'GET_PARAMETER':
        return this.#inSession(request, () => ({ status: 200 }));
      case 'TEARDOWN':
        return this.#inSession(request, () => this.#end());
      default:
        return { status: 501, headers: { Allow: METHODS } };
    }
  }

  #describe(request: RtspRequest): RtspAnswer {
    const { uri } = request;
    const stream = this.#site.find(pathOf(uri), uri);
    if (stream === undefined) return { status: 404 };
    const headers = { 'Content-Type': 'application/sdp', 'Content-Base': `${uri.replace(/\/$/, '')}/` };
    const isTalk = request.headers.get('require') === BACK_CHANNEL;
    if (isTalk && this.#site.hear === undefined) return { status: 551 };
    const sound = this.#site.hasMicrophone ? MICROPHONE_MEDIA : '';
    return { status: 200, headers, body: `${stream.describe(this.#site.name)}${sound}${isTalk ? TALK_MEDIA : ''}` };
  }

  #setup({ uri, headers }: RtspRequest): RtspAnswer {
    if (pathOf(uri).endsWith('/talk')) return this.#setupTalk(headers);
    if (pathOf(uri).endsWith('/track2')) return this.#setupMicrophone(headers);
    const stream = this.#site.find(pathOf(uri).replace(/\/track1$/, ''), uri);
    if (stream === undefined) return { status: 404 };
    if (this.#session !== undefined) return { status: 455 };
    const transport = headers.get('transport') ?? '';
    if (!/RTP\/AVP\/TCP/i.test(transport)) return { status: 461 };
    const channel = Number(/interleaved=(\d{1,3})/i.exec(transport)?.[1] ?? 0);
    if (channel > 254) return { status: 461 };
    const id = randomBytes(8).toString('hex');
    this.#session = { id, stream, viewer: this.#viewer(channel), isPlaying: false };
    const ssrc = stream.ssrc.toString(16).padStart(8, '0');
    const chosen = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1};ssrc=${ssrc};mode="PLAY"`;
    return { status: 200, headers: { Session: `${id};timeout=${SESSION_TIMEOUT_S}`, Transport: chosen } };
  }

  /** A second track of the session that the pictures began. Source: RFC 2326, 10.4. */
  #setupMicrophone(headers: ReadonlyMap<string, string>): RtspAnswer {
    const channel = Number(/interleaved=(\d{1,3})/i.exec(headers.get('transport') ?? '')?.[1]);
    if (!this.#site.hasMicrophone || Number.isNaN(channel)) return { status: 404 };
    return this.#inSession({ headers }, ({ id }) => {
      const socket = this.#socket;
      this.#microphone = new Microphone(channel, (bytes) => {
        if (socket.writableLength < UNHEARD_MAX_BYTES) socket.write(bytes);
      });
      const transport = `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`;
      return { status: 200, headers: { Session: `${id};timeout=${SESSION_TIMEOUT_S}`, Transport: transport } };
    });
  }

  /** Source: ONVIF Streaming, 5.3.2. */
  #setupTalk(headers: ReadonlyMap<string, string>): RtspAnswer {
    if (headers.get('require') !== BACK_CHANNEL || this.#site.hear === undefined) return { status: 551 };
    this.#ear = Number(/interleaved=(\d{1,3})/i.exec(headers.get('transport') ?? '')?.[1] ?? 0);
    const transport = `RTP/AVP/TCP;unicast;interleaved=${this.#ear}-${this.#ear + 1}`;
    return { status: 200, headers: { Session: `${TALK_SESSION};timeout=${SESSION_TIMEOUT_S}`, Transport: transport } };
  }

  #hear(channel: number, packet: Buffer): void {
    if (channel === this.#ear) this.#site.hear?.(packet.subarray(12));
  }

  #answerPlay(request: RtspRequest): RtspAnswer {
    if (this.#ear !== undefined && request.headers.get('session')?.startsWith(TALK_SESSION))
      return { status: 200, headers: { Session: TALK_SESSION } };
    return this.#inSession(request, ({ id, stream }) => {
      if (stream.asked?.(request.headers) === false) return { status: 457 };
      const url = `${request.uri.replace(/\/$/, '')}/track1`;
      const info = `url=${url};seq=${stream.sequence};rtptime=${stream.nextRtpTime()}`;
      return { status: 200, headers: { Session: id, Range: 'npt=now-', 'RTP-Info': info } };
    });
  }

  #inSession(
    { headers }: Pick<RtspRequest, 'headers'>,
    answer: (session: { id: string; stream: OnAir }) => RtspAnswer,
  ): RtspAnswer {
    const id = headers.get('session')?.split(';')[0]?.trim();
    if (this.#session === undefined) return { status: id === undefined ? 455 : 454 };
    return id === this.#session.id ? answer(this.#session) : { status: 454 };
  }

  #play(): void {
    if (this.#session === undefined || this.#session.isPlaying) return;
    this.#session.isPlaying = true;
    this.#session.stream.add(this.#session.viewer);
    this.#microphone?.start();
    if (this.#microphone !== undefined) this.#site.listening?.(1);
  }

  #end(): RtspAnswer {
    if (this.#microphone?.isOn) this.#site.listening?.(-1);
    this.#microphone?.stop();
    this.#microphone = undefined;
    if (this.#session?.isPlaying) this.#session.stream.remove(this.#session.viewer);
    this.#session = undefined;
    return { status: 200 };
  }

  #viewer(channel: number): Viewer {
    const socket = this.#socket;
    return {
      channel,
      waitingBytes: () => socket.writableLength,
      send: (bytes) => void socket.write(bytes),
      hangUp: () => void socket.destroy(),
    };
  }
}

/** The path of an RTSP URL, or of a URL that is only a path. */
const pathOf = (uri: string): string =>
  uri
    .replace(/^rtsp:\/\/[^/]*/i, '')
    .replace(/[?#].*$/, '')
    .replace(/\/$/, '');
