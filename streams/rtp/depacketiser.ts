import { failed, ok, type Result } from '../../gateway/domain/result.ts';
import type { AccessUnit } from '../access-unit.ts';
import { fault, type StreamFault } from '../fault.ts';
import type { Sdp, SdpMedia } from '../rtsp/sdp.ts';
import { H264Depacketiser } from './h264.ts';
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
]);

export type Track = Readonly<{ media: SdpMedia; open: (onAccessUnit: (unit: AccessUnit) => void) => Depacketiser }>;

/** The first video track whose codec we speak. */
export function chooseTrack(sdp: Sdp): Result<Track, StreamFault> {
  const videos = sdp.media.filter((media) => media.kind === 'video');
  if (videos.length === 0) return failed(fault('no-video', 'the stream has no video track'));
  for (const media of videos) {
    const open = DEPACKETISERS.get(media.codec);
    if (open !== undefined) return ok({ media, open: (onAccessUnit) => open(media, onAccessUnit) });
  }
  const known = [...DEPACKETISERS.keys()].join(', ');
  const found = videos.map((media) => media.codec.slice(0, 16) || 'unknown').join(', ');
  return failed(fault('codec', `the stream is ${found}; set the camera to ${known}`));
}
