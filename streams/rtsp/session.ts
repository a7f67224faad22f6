import type { Replay } from '../../gateway/domain/camera.ts';
import type { DeviceNetworks } from '../../gateway/domain/device-networks.ts';
import type { Credentials } from '../../gateway/domain/http-digest.ts';
import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { AccessUnit } from '../access-unit.ts';
import { resolveAddress } from '../address.ts';
import { fault, type StreamFault } from '../fault.ts';
import { chooseTrack, type Depacketiser, type Track } from '../rtp/depacketiser.ts';
import { OneSender } from '../rtp/one-sender.ts';
import { type RtpPacket, readRtp } from '../rtp/packet.ts';
import { ReorderWindow } from '../rtp/reorder.ts';
import { offeredAudio } from '../rtp/sound.ts';
import type { SoundFrame } from '../sound/sound.ts';
import { RtspConnection } from './connection.ts';
import type { RtspResponse } from './message.ts';
import { REQUIRE_REPLAY, recordedAt, replayHeaders } from './replay.ts';
import { readSdp } from './sdp.ts';
import { readSessionHeader } from './session-header.ts';
import { SessionKeepAlive } from './session-keep-alive.ts';
import { SessionReports } from './session-reports.ts';
import { SessionSound } from './session-sound.ts';
import { controlPath, pathOf, type RtspTarget, readTarget, tunnelOf, uriOf } from './target.ts';
import { UdpPair } from './udp.ts';

export type SessionOptions = Readonly<{
  url: string;
  credentials?: Credentials | undefined;
  /** A recorder's past in place of the present; it ends by itself. */
  replay?: Replay | undefined;
  allowBasic: boolean;
  networks: DeviceNetworks;
  limits: SessionLimits;
  /** From 0 to 1, for the choice of ports. */
  random: () => number;
  onAccessUnit: (unit: AccessUnit) => void;
  /** Bytes of pictures as they came, for the bit rate. */
  onBytes: (bytes: number) => void;
  /** The sound that is offered beside the pictures, if any. */
  onAudio: (audio: string | undefined) => void;
  /** Takes that sound; absent, it is not asked for. */
  onSound?: ((frame: SoundFrame) => void) | undefined;
  /** Once, when the stream is over through no act of ours. */
  onEnd: (fault: StreamFault) => void;
}>;
export type SessionLimits = Readonly<{ connectTimeoutMs: number; answerTimeoutMs: number; silenceMs: number }>;
export const SESSION_LIMITS: SessionLimits = { connectTimeoutMs: 5000, answerTimeoutMs: 8000, silenceMs: 10_000 };

const CHANNEL_MAX = 255;
/** A camera that takes nothing more gets no reports either. */
const REPORTS_WAITING_MAX = 65_536;
/** A key picture's distance: a range may end before its last picture. */
const NEAR_THE_END_MS = 4000;
/** How finely silence is measured: a fifth of its limit at worst. */
const SILENCE_TICKS = 5;
/**
 * Packets that never make a picture (too many are lost, parameter sets are missing) are borne three times as long: a
 * camera may take twelve seconds to its next key frame.
 */
const BLIND_TICKS = 3 * SILENCE_TICKS;

/** Opens a stream and plays it: OPTIONS, DESCRIBE, SETUP, PLAY. `signal` gives the attempt up. */
export async function playRtsp(
  options: SessionOptions,
  signal: AbortSignal,
): Promise<Result<RtspSession, StreamFault>> {
  const target = readTarget(options.url);
  if (!target.ok) return target;
  const address = await resolveAddress(target.value.host, options.networks);
  if (!address.ok) return address;
  const session = new RtspSession(options, target.value);
  const onAbort = (): void => session.close();
  signal.addEventListener('abort', onAbort, { once: true });
  const played = await session.play(address.value, signal);
  signal.removeEventListener('abort', onAbort);
  if (played.ok) return ok(session);
  session.close();
  return played;
}

/** One camera's stream while it plays. */
export class RtspSession {
  readonly #options: SessionOptions;
  readonly #target: RtspTarget;
  #connection: RtspConnection | undefined;
  #depacketiser: Depacketiser | undefined;
  #payloadType = 0;
  readonly #sender = new OneSender();
  #rtpChannel = 0;
  #sessionId: string | undefined;
  #playUri = '';
  readonly #keepAlive = new SessionKeepAlive();
  readonly #reports: SessionReports;
  #pictures: ReturnType<SessionReports['add']> | undefined;
  #watch: NodeJS.Timeout | undefined;
  #quietTicks = 0;
  #blindTicks = 0;
  /** Packets on the stream's channel that are none of the stream. */
  #strange = 0;
  #udp: UdpPair | undefined;
  #sound: SessionSound | undefined;
  #address = '';
  #over = false;
  /** When the picture that is coming was recorded. */
  #recordedAt: number | undefined;

  constructor(options: SessionOptions, target: RtspTarget) {
    this.#options = options;
    this.#target = target;
    this.#reports = new SessionReports(options.random);
  }

  get lostPackets(): number {
    return this.#depacketiser?.lost ?? 0;
  }

  async play(address: string, signal: AbortSignal): Promise<Result<void, StreamFault>> {
    this.#address = address;
    const opened = await RtspConnection.open(this.#connectionOptions(address), signal);
    if (!opened.ok) return opened;
    this.#connection = opened.value;
    if (this.#over) return failed(fault('closed', 'closed by us'));
    const track = await this.#describe(opened.value);
    if (!track.ok) return track;
    const { track: chosen, setupPath } = track.value;
    this.#payloadType = chosen.media.payloadType;
    this.#pictures = this.#reports.add({ clockRate: chosen.media.clockRate, send: (report) => this.#tell(report) });
    this.#depacketiser = chosen.open((unit) => {
      this.#blindTicks = 0;
      this.#options.onAccessUnit(this.#recordedAt === undefined ? unit : { ...unit, recordedAt: this.#recordedAt });
    });
    return this.#setupAndPlay(opened.value, uriOf(this.#target, setupPath));
  }

  /** Ends the stream with TEARDOWN, so that the camera frees its slot at once. */
  close(): void {
    this.#over = true;
    this.#keepAlive.stop();
    this.#reports.stop();
    clearInterval(this.#watch);
    this.#udp?.close();
    const headers = this.#sessionId === undefined ? [] : [`Session: ${this.#sessionId}`];
    const goodbye = { method: 'TEARDOWN', uri: this.#playUri, headers };
    if (this.#sessionId === undefined) this.#connection?.close();
    else this.#connection?.close(goodbye);
  }

  #connectionOptions(address: string) {
    return {
      address,
      port: this.#target.port,
      tunnel: tunnelOf(this.#target),
      credentials: this.#options.credentials,
      allowBasic: this.#options.allowBasic,
      connectTimeoutMs: this.#options.limits.connectTimeoutMs,
      answerTimeoutMs: this.#options.limits.answerTimeoutMs,
      onFrame: (channel: number, payload: Buffer) => this.#onFrame(channel, payload),
      onEnd: (found: StreamFault) => this.#end(found),
    };
  }

  async #describe(connection: RtspConnection): Promise<Result<{ track: Track; setupPath: string }, StreamFault>> {
    const uri = uriOf(this.#target);
    const options = await connection.request('OPTIONS', uri);
    if (options.ok) this.#keepAlive.noteMethods(options.value);
    else if (options.error.reason !== 'refused') return options; // some cameras answer OPTIONS with 4xx or 5xx
    const described = await connection.request('DESCRIBE', uri, ['Accept: application/sdp']);
    if (!described.ok) return described;
    const sdp = readSdp(described.value.body);
    const track = chooseTrack(sdp);
    if (!track.ok) return track;
    this.#options.onAudio(offeredAudio(sdp));
    const base = this.#basePath(described.value);
    const aggregate = controlPath(base, sdp.control);
    const setupPath = controlPath(base, track.value.media.control);
    if (aggregate === undefined || setupPath === undefined)
      return failed(fault('not-rtsp', 'a control address that is none'));
    this.#playUri = uriOf(this.#target, aggregate);
    this.#sound = SessionSound.of(sdp, base, this.#target, this.#options.onSound);
    return ok({ track: track.value, setupPath });
  }

  #basePath(described: RtspResponse): string {
    const base = described.headers.get('content-base')?.[0] ?? described.headers.get('content-location')?.[0];
    return (base === undefined ? undefined : pathOf(base)) ?? this.#target.path;
  }

  async #setupAndPlay(connection: RtspConnection, uri: string): Promise<Result<void, StreamFault>> {
    const inside = await this.#setupInside(connection, uri);
    const mayUdp = !inside.ok && inside.error.reason === 'transport' && !this.#target.isTunnelled;
    const setup = mayUdp ? await this.#setupUdp(connection, uri) : inside;
    if (!setup.ok) return setup;
    const session = readSessionHeader(setup.value.headers.get('session')?.[0] ?? '');
    if (session === undefined) return failed(fault('not-rtsp', 'the camera gave no session'));
    const { id, timeoutS } = session;
    this.#sessionId = id;
    if (this.#udp === undefined) await this.#sound?.setUp(connection, id, this.#reports);
    if (this.#over) return failed(fault('closed', 'closed by us'));
    this.#watchSilence();
    const { replay } = this.#options;
    const range = replay === undefined ? ['Range: npt=0.000-'] : replayHeaders(replay);
    const played = await connection.request('PLAY', this.#playUri, [`Session: ${id}`, ...range]);
    if (!played.ok) return played;
    if (this.#over) return failed(fault('closed', 'closed by us'));
    this.#reports.start();
    // Half the session's time, so that one lost answer does not end it.
    this.#keepAlive.start(connection, this.#playUri, id, timeoutS * 500);
    return ok(undefined);
  }

  /** Pictures inside the RTSP connection: what passes any firewall that RTSP passes, in order and without loss. */
  async #setupInside(connection: RtspConnection, uri: string): Promise<Result<RtspResponse, StreamFault>> {
    const setup = await connection.request('SETUP', uri, [
      'Transport: RTP/AVP/TCP;unicast;interleaved=0-1',
      ...this.#required,
    ]);
    if (!setup.ok) return setup;
    const transport = setup.value.headers.get('transport')?.[0] ?? '';
    if (!/RTP\/AVP\/TCP/i.test(transport))
      return failed(fault('refused', 'the camera does not send inside its TCP connection'));
    this.#rtpChannel = Math.min(Number(/interleaved=(\d{1,3})/.exec(transport)?.[1] ?? 0), CHANNEL_MAX);
    return setup;
  }

  /** By UDP, for the cameras that know nothing else; what overtook each other is put into its order again. */
  async #setupUdp(connection: RtspConnection, uri: string): Promise<Result<RtspResponse, StreamFault>> {
    const udp = await UdpPair.open(this.#address, this.#options.random);
    if (udp === undefined) return failed(fault('busy', 'no two neighbouring UDP ports are free'));
    this.#udp = udp;
    if (this.#over) {
      udp.close();
      return failed(fault('closed', 'closed by us'));
    }
    const ordered = new ReorderWindow((packet) => this.#depacketiser?.push(packet));
    udp.onRtp((payload) => this.#onRtp(payload, (packet) => ordered.push(packet)));
    udp.onRtcp((payload) => this.#pictures?.hear(payload));
    const ports = `${udp.port}-${udp.port + 1}`;
    const setup = await connection.request('SETUP', uri, [
      `Transport: RTP/AVP;unicast;client_port=${ports}`,
      ...this.#required,
    ]);
    if (!setup.ok) return setup;
    const theirs = /server_port=(\d{1,5})(?:-(\d{1,5}))?/.exec(setup.value.headers.get('transport')?.[0] ?? '');
    const [rtp, rtcp] = [Number(theirs?.[1] ?? 0), Number(theirs?.[2] ?? 0)];
    if (isPort(rtp) && isPort(rtcp)) udp.knock(rtp, rtcp);
    return setup;
  }

  #tell(report: Buffer): void {
    if (this.#udp !== undefined) this.#udp.report(report);
    else this.#connection?.sendFrame(this.#rtpChannel + 1, report, REPORTS_WAITING_MAX);
  }

  get #required(): readonly string[] {
    return this.#options.replay === undefined ? [] : [REQUIRE_REPLAY];
  }

  /** A camera that was cut from the network says nothing more, and TCP would wait for hours. */
  #watchSilence(): void {
    [this.#quietTicks, this.#blindTicks] = [0, 0];
    const { silenceMs } = this.#options.limits;
    this.#watch = setInterval(() => {
      this.#quietTicks += 1;
      this.#blindTicks += 1;
      if (this.#isPlayedOut()) return this.#end(fault('ended', 'the range is over'));
      if (this.#quietTicks < SILENCE_TICKS && this.#blindTicks < BLIND_TICKS) return;
      const ticks = Math.max(this.#quietTicks, this.#blindTicks);
      this.#end(fault('silent', `no picture for ${(silenceMs / SILENCE_TICKS) * ticks} ms${this.#whatCameInstead()}`));
    }, silenceMs / SILENCE_TICKS);
  }

  #whatCameInstead(): string {
    const isBlind = this.#quietTicks < SILENCE_TICKS;
    const packets = isBlind ? `; packets came, ${this.lostPackets} are missing, none made a whole picture` : '';
    return `${packets}${this.#strange === 0 ? '' : `; ${this.#strange} packets came that are no RTP of this stream`}`;
  }

  #onFrame(channel: number, payload: Buffer): void {
    if (this.#over || this.#sound?.take(channel, payload) === true) return;
    if (this.#udp !== undefined) return;
    if (channel === this.#rtpChannel) this.#onRtp(payload, (packet) => this.#depacketiser?.push(packet));
    else if (channel === this.#rtpChannel + 1) this.#pictures?.hear(payload);
  }

  #onRtp(payload: Buffer, take: (packet: RtpPacket) => void): void {
    if (this.#over) return;
    const packet = readRtp(payload);
    if (packet?.payloadType !== this.#payloadType || !this.#sender.sends(packet.source)) {
      this.#strange += 1;
      return;
    }
    this.#quietTicks = 0;
    this.#pictures?.note(packet);
    this.#options.onBytes(payload.length);
    if (this.#options.replay !== undefined && this.#isOver(payload, this.#options.replay)) return;
    take(packet);
  }

  /** Notes when the packet was recorded; past the range it is over, whether or not the recorder ends. */
  #isOver(payload: Buffer, { to }: Replay): boolean {
    this.#recordedAt = recordedAt(payload) ?? this.#recordedAt;
    if (this.#recordedAt === undefined || this.#recordedAt < to) return false;
    this.#end(fault('ended', 'the range is over'));
    return true;
  }

  /** Nothing comes any more, and the end of the range is near: recorders fall silent there. */
  #isPlayedOut(): boolean {
    const { replay } = this.#options;
    return replay !== undefined && this.#quietTicks > 1 && (this.#recordedAt ?? 0) > replay.to - NEAR_THE_END_MS;
  }

  #end(found: StreamFault): void {
    if (this.#over) return;
    this.close();
    this.#options.onEnd(found);
  }
}

const isPort = (port: number): boolean => port > 0 && port < 65_536;
