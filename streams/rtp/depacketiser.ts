import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { AccessUnit } from '../access-unit.ts';
import { fault, type StreamFault } from '../fault.ts';
import type { Sdp, SdpMedia } from '../rtsp/sdp.ts';
import { H264Depacketiser } from './h264.ts';
import { H265_SETS, H265Depacketiser } from './h265.ts';
import type { RtpPacket } from './packet.ts';

/** Makes whole pictures of one track's packets. Never throws, whatever the packets hold. */
export interface Depacketiser {
  push(packet: RtpPacket): void;
  /** Packets that never came, as far as sequence numbers tell. */
  readonly lost: number;
}
type Open = (media: SdpMedia, onAccessUnit: (unit: AccessUnit) => void) => Depacketiser;

/** One more codec is one more line here and a file beside `h264.ts`. */
const DEPACKETISERS: ReadonlyMap<string, Open> = new Map<string, Open>([
  ['H264', (media, onAccessUnit) => new H264Depacketiser(media.fmtp.get('sprop-parameter-sets'), onAccessUnit)],
  ['H265', (media, onAccessUnit) => new H265Depacketiser(h265Sets(media), onAccessUnit)],
]);

const h265Sets = ({ fmtp }: SdpMedia): readonly string[] =>
  H265_SETS.flatMap((name) => fmtp.get(name)?.split(',') ?? []);

export type Track = Readonly<{ media: SdpMedia; open: (onAccessUnit: (unit: AccessUnit) => void) => Depacketiser }>;

/** The first video track whose codec we speak. */
export function chooseTrack(sdp: Sdp): Result<Track, StreamFault> {
  const videos = sdp.media.filter((media) => media.kind === 'video');
  if (videos.length === 0) return failed(fault('no-video', 'the stream has no video track'));
  for (const media of videos) {
    const open = DEPACKETISERS.get(codecOf(media));
    if (open !== undefined && !isInterleaved(media))
      return ok({ media, open: (onAccessUnit) => open(media, onAccessUnit) });
  }
  const known = [...DEPACKETISERS.keys()].join(', ');
  const found = videos.map((media) => codecOf(media).slice(0, 16) || 'unknown').join(', ');
  return failed(fault('codec', `the stream is ${found}; set the camera to ${known}`));
}

/** Some cameras leave the rtpmap out, or call H.265 by its other name; the parameters then tell. */
function codecOf({ codec, fmtp }: SdpMedia): string {
  if (codec === 'HEVC') return 'H265';
  if (codec !== '') return codec;
  if (H265_SETS.some((name) => fmtp.has(name))) return 'H265';
  return fmtp.has('sprop-parameter-sets') || fmtp.has('packetization-mode') ? 'H264' : '';
}

/** Units out of their order (RFC 6184, mode 2; RFC 7798, sprop-max-don-diff): no camera was seen to send so. */
const isInterleaved = ({ fmtp }: SdpMedia): boolean =>
  fmtp.get('packetization-mode') === '2' || Number(fmtp.get('sprop-max-don-diff') ?? 0) > 0;
