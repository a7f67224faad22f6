import { readRtp } from '../rtp/packet.ts';
import { chooseSound, type SoundTrack } from '../rtp/sound.ts';
import type { SoundFrame } from '../sound/sound.ts';
import type { RtspConnection } from './connection.ts';
import type { Sdp } from './sdp.ts';
import { controlPath, type RtspTarget, uriOf } from './target.ts';

/** Pictures have 0 and 1. */
const CHANNEL = 2;

/** The camera's microphone beside its pictures, inside the same connection. A camera that refuses it gives pictures all the same. */
export class SessionSound {
  readonly #uri: string;
  readonly #payloadType: number;
  readonly #take: ReturnType<SoundTrack['open']>;
  #channel: number | undefined;

  private constructor(uri: string, { media, open }: SoundTrack, onFrame: (frame: SoundFrame) => void) {
    this.#uri = uri;
    this.#payloadType = media.payloadType;
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
  async setUp(connection: RtspConnection, session: string): Promise<void> {
    const transport = `Transport: RTP/AVP/TCP;unicast;interleaved=${CHANNEL}-${CHANNEL + 1}`;
    const setup = await connection.request('SETUP', this.#uri, [transport, `Session: ${session}`]);
    const chosen = setup.ok ? (setup.value.headers.get('transport')?.[0] ?? '') : '';
    if (/RTP\/AVP\/TCP/i.test(chosen)) this.#channel = Number(/interleaved=(\d{1,3})/.exec(chosen)?.[1] ?? CHANNEL);
  }

  /** Whether the frame was of the microphone's channel. */
  take(channel: number, payload: Buffer): boolean {
    if (channel !== this.#channel) return false;
    const packet = readRtp(payload);
    if (packet?.payloadType === this.#payloadType) this.#take(packet);
    return true;
  }
}
