import { OneSender } from '../rtp/one-sender.ts';
import { readRtp } from '../rtp/packet.ts';
import { chooseSound, type SoundTrack } from '../rtp/sound.ts';
import type { SoundFrame } from '../sound/sound.ts';
import type { RtspConnection } from './connection.ts';
import type { Sdp } from './sdp.ts';
import type { SessionReports } from './session-reports.ts';
import { controlPath, type RtspTarget, uriOf } from './target.ts';

/** Pictures have 0 and 1. */
const CHANNEL = 2;
/** A camera that takes nothing more gets no reports either. */
const WAITING_MAX = 65_536;

/** The camera's microphone beside its pictures, inside the same connection. A camera that refuses it gives pictures all the same. */
export class SessionSound {
  readonly #uri: string;
  readonly #payloadType: number;
  readonly #take: ReturnType<SoundTrack['open']>;
  readonly #clockRate: number;
  readonly #sender = new OneSender();
  #channel: number | undefined;
  #reported: ReturnType<SessionReports['add']> | undefined;

  private constructor(uri: string, { media, open }: SoundTrack, onFrame: (frame: SoundFrame) => void) {
    this.#uri = uri;
    this.#payloadType = media.payloadType;
    this.#clockRate = media.clockRate;
    this.#take = open(onFrame);
  }

  /** Undefined where nobody may hear it (`onFrame` absent), or it has no microphone that we can pass on. */
  static of(
    sdp: Sdp,
    base: string,
    target: RtspTarget,
    onFrame: ((frame: SoundFrame) => void) | undefined,
  ): SessionSound | undefined {
    const track = onFrame === undefined ? undefined : chooseSound(sdp);
    const path = track === undefined ? undefined : controlPath(base, track.media.control);
    if (track === undefined || path === undefined || onFrame === undefined) return undefined;
    return new SessionSound(uriOf(target, path), track, onFrame);
  }

  /** Between the pictures' SETUP and PLAY. */
  async setUp(connection: RtspConnection, session: string, reports: SessionReports): Promise<void> {
    const transport = `Transport: RTP/AVP/TCP;unicast;interleaved=${CHANNEL}-${CHANNEL + 1}`;
    const setup = await connection.request('SETUP', this.#uri, [transport, `Session: ${session}`]);
    const chosen = setup.ok ? (setup.value.headers.get('transport')?.[0] ?? '') : '';
    if (!/RTP\/AVP\/TCP/i.test(chosen)) return;
    const channel = Number(/interleaved=(\d{1,3})/.exec(chosen)?.[1] ?? CHANNEL);
    const send = (report: Buffer): unknown => connection.sendFrame(channel + 1, report, WAITING_MAX);
    this.#reported = reports.add({ clockRate: this.#clockRate, send });
    this.#channel = channel;
  }

  /** Whether the frame was of the microphone's two channels. */
  take(channel: number, payload: Buffer): boolean {
    if (this.#channel !== undefined && channel === this.#channel + 1) this.#reported?.hear(payload);
    else if (channel !== this.#channel) return false;
    const packet = channel === this.#channel ? readRtp(payload) : undefined;
    if (packet?.payloadType !== this.#payloadType || !this.#sender.sends(packet.source)) return true;
    this.#reported?.note(packet);
    this.#take(packet);
    return true;
  }
}
