import type { Source } from './choose-source.ts';

/** What a browser is asked about: the first H.264 or H.265 profile that cameras send. */
const NAMES: Readonly<Record<'h264' | 'h265', string>> = { h264: 'avc1.640029', h265: 'hvc1.1.6.L120.90' };

/** The codec that the gateway names, as one of the two that we know how to ask about. */
export const plainCodec = (codec: string): 'h264' | 'h265' => (/hevc|265|hvc|hev/i.test(codec) ? 'h265' : 'h264');

const decoding = new Map<string, Promise<boolean>>();

/** The browser is asked, never recognised by its name. Without a secure context there is no VideoDecoder to ask. */
export async function canPlay({ protocol, codec }: Source): Promise<boolean> {
  const name = NAMES[plainCodec(codec)];
  if (protocol === 'ws-flv')
    return typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(`video/mp4; codecs="${name}"`);
  if (protocol === 'webrtc') return typeof RTCPeerConnection !== 'undefined';
  if (protocol !== 'wall' || !hasWebCodecs()) return false;
  const asked = decoding.get(name) ?? isDecodable(name);
  decoding.set(name, asked);
  return asked;
}

const hasWebCodecs = (): boolean =>
  typeof VideoDecoder !== 'undefined' &&
  (typeof MediaStreamTrackGenerator !== 'undefined' || 'transferControlToOffscreen' in HTMLCanvasElement.prototype);

const isDecodable = (codec: string): Promise<boolean> =>
  VideoDecoder.isConfigSupported({ codec, optimizeForLatency: true }).then(
    ({ supported }) => supported === true,
    () => false,
  );
