import type { Loop } from '../picture/loops.ts';
import { FRAMES_PER_SECOND } from '../picture/scenes.ts';
import { PAYLOAD_TYPE } from './rtp.ts';

/** The stream's description. Source: RFC 4566, RFC 6184 8.1 (H.264's parameters). */
export function describe(name: string, { sps, pps, size }: Loop): string {
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 127.0.0.1`,
    `s=${name.replaceAll(/[\r\n]/g, ' ')}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`,
    `b=AS:${size.kbits}`,
    `a=rtpmap:${PAYLOAD_TYPE} H264/90000`,
    `a=fmtp:${PAYLOAD_TYPE} packetization-mode=1;profile-level-id=${sps.toString('hex', 1, 4)};sprop-parameter-sets=${sps.toString('base64')},${pps.toString('base64')}`,
    `a=framerate:${FRAMES_PER_SECOND}`,
    'a=control:track1',
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}
