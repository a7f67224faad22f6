import type { Connection } from '../../gateway/domain/device.ts';
import type { DeviceNetworks } from '../../gateway/domain/device-networks.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import { resolveAddress } from '../address.ts';
import { fault, type StreamFault } from '../fault.ts';
import { RtspConnection } from '../rtsp/connection.ts';
import { readSdp, type SdpMedia } from '../rtsp/sdp.ts';
import { SESSION_LIMITS } from '../rtsp/session.ts';
import { controlPath, pathOf, readTarget, tunnelOf, uriOf } from '../rtsp/target.ts';
import { type G711, PAYLOAD_TYPES, SAMPLES_PER_SECOND } from './g711.ts';
import { G711Packets } from './g711-packets.ts';

/** Source: ONVIF Streaming, 5.3 (back channel). Asked for in each request of the session. */
const REQUIRE = 'Require: www.onvif.org/ver20/backchannel';
const CHANNEL = 0;
const KEEP_ALIVE_MS = 20_000;

export type BackChannelOptions = Readonly<{ networks: DeviceNetworks; allowBasic: boolean }>;

/** The way to a camera's or loudspeaker's own loudspeaker (对讲、喊话): G.711 by RTP inside an RTSP connection. */
export class BackChannel {
  readonly #connection: RtspConnection;
  readonly #packets: G711Packets;
  readonly #uri: string;
  readonly #session: string;
  readonly #keepAlive: NodeJS.Timeout;

  private constructor(connection: RtspConnection, law: G711, uri: string, session: string) {
    this.#connection = connection;
    this.#packets = new G711Packets(law);
    this.#uri = uri;
    this.#session = session;
    const headers = [`Session: ${session}`, REQUIRE];
    this.#keepAlive = setInterval(() => void connection.request('OPTIONS', uri, headers), KEEP_ALIVE_MS);
  }

  /** `not-supported` where the device has no loudspeaker; `onEnd` when it hangs up. */
  static async open(
    { url, username, password }: Connection,
    { networks, allowBasic }: BackChannelOptions,
    onEnd: (fault: StreamFault) => void,
    signal: AbortSignal,
  ): Promise<Result<BackChannel, StreamFault>> {
    const target = readTarget(url);
    if (!target.ok) return target;
    const address = await resolveAddress(target.value.host, networks);
    if (!address.ok) return address;
    const credentials = username === undefined ? undefined : { username, password: password ?? '' };
    const { connectTimeoutMs, answerTimeoutMs } = SESSION_LIMITS;
    const limits = { connectTimeoutMs, answerTimeoutMs, allowBasic, credentials, onFrame: () => {}, onEnd };
    const opened = await RtspConnection.open(
      { ...limits, address: address.value, port: target.value.port, tunnel: tunnelOf(target.value) },
      signal,
    );
    if (!opened.ok) return opened;
    const made = await setUp(opened.value, uriOf(target.value), (path) => uriOf(target.value, path));
    if (!made.ok) opened.value.close();
    return made.ok ? ok(new BackChannel(opened.value, made.value.law, made.value.uri, made.value.session)) : made;
  }

  /** Samples of 16 bits at 8,000 a second, some 20 ms of them. What the connection cannot take is dropped: late words help nobody. */
  send(pcm: Buffer): void {
    this.#connection.sendFrame(CHANNEL, this.#packets.next(pcm), SAMPLES_PER_SECOND);
  }

  close(): void {
    clearInterval(this.#keepAlive);
    this.#connection.close({ method: 'TEARDOWN', uri: this.#uri, headers: [`Session: ${this.#session}`, REQUIRE] });
  }
}

type Made = Readonly<{ law: G711; uri: string; session: string }>;

async function setUp(
  connection: RtspConnection,
  uri: string,
  uriOfPath: (path: string) => string,
): Promise<Result<Made, StreamFault>> {
  const described = await connection.request('DESCRIBE', uri, ['Accept: application/sdp', REQUIRE]);
  // Who knows no back channel refuses to be asked for one (551).
  if (!described.ok && described.error.reason === 'refused')
    return failed(fault('no-loudspeaker', described.error.text));
  if (!described.ok) return described;
  const sdp = readSdp(described.value.body);
  const media = sdp.media.find(isLoudspeaker);
  if (media === undefined) return failed(fault('no-loudspeaker', 'the device offers no G.711 back channel'));
  const base = described.value.headers.get('content-base')?.[0];
  const path = (base === undefined ? undefined : pathOf(base)) ?? pathOf(uri) ?? '/';
  const [track, all] = [controlPath(path, media.control), controlPath(path, sdp.control)];
  if (track === undefined || all === undefined) return failed(fault('not-rtsp', 'a control address that is none'));
  const transport = `Transport: RTP/AVP/TCP;unicast;interleaved=${CHANNEL}-${CHANNEL + 1}`;
  const setup = await connection.request('SETUP', uriOfPath(track), [transport, REQUIRE]);
  if (!setup.ok) return setup;
  const session = (setup.value.headers.get('session')?.[0] ?? '').split(';')[0]?.trim() ?? '';
  if (!/^[\x21-\x7e]{1,256}$/.test(session)) return failed(fault('not-rtsp', 'the device gave no session'));
  const played = await connection.request('PLAY', uriOfPath(all), [`Session: ${session}`, REQUIRE]);
  return played.ok ? ok({ law: lawOf(media), uri: uriOfPath(all), session }) : played;
}

const lawOf = ({ codec }: SdpMedia): G711 => (codec === 'PCMU' ? 'PCMU' : 'PCMA');
const isLoudspeaker = ({ kind, codec, direction, clockRate, payloadType }: SdpMedia): boolean =>
  kind === 'audio' &&
  direction === 'sendonly' &&
  (codec === 'PCMA' || codec === 'PCMU') &&
  (clockRate === SAMPLES_PER_SECOND || payloadType === PAYLOAD_TYPES[codec === 'PCMU' ? 'PCMU' : 'PCMA']);
