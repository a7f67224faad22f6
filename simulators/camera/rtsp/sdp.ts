import { FRAMES_PER_SECOND } from '../picture/scenes.ts';
import { type Codec, PAYLOAD_TYPE } from './rtp.ts';

/** What is told of a stream; `vps` in H.265 only. */
export type Described = Readonly<{ codec: Codec; kbits: number; vps?: Buffer; sps: Buffer; pps: Buffer }>;

/** Parts that some cameras leave out; `sets` are the parameter sets inside `fmtp`. */
export const SDP_PARTS = ['rtpmap', 'fmtp', 'sets', 'control', 'media'] as const;
export type SdpPart = (typeof SDP_PARTS)[number];

/** The stream's description. Source: RFC 4566, RFC 6184 8.1 and RFC 7798 7.1 (the parameters of H.264 and H.265). */
export function describe(name: string, described: Described, missing: readonly SdpPart[] = []): string {
  const { codec, kbits } = described;
  const media: readonly (readonly [SdpPart | undefined, string])[] = [
    [undefined, `m=video 0 RTP/AVP ${PAYLOAD_TYPE}`],
    [undefined, `b=AS:${kbits}`],
    ['rtpmap', `a=rtpmap:${PAYLOAD_TYPE} ${codec.toUpperCase()}/90000`],
    ['fmtp', `a=fmtp:${PAYLOAD_TYPE} ${parameters(described, missing.includes('sets'))}`],
    [undefined, `a=framerate:${FRAMES_PER_SECOND}`],
    ['control', 'a=control:track1'],
  ];
  const lines = [
    'v=0',
    `o=- 1 1 IN IP4 127.0.0.1`,
    `s=${name.replaceAll(/[\r\n]/g, ' ')}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=control:*',
    'a=range:npt=now-',
    ...(missing.includes('media') ? [] : media.flatMap(([part, line]) => (isIn(part, missing) ? [] : [line]))),
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

const isIn = (part: SdpPart | undefined, parts: readonly SdpPart[]): boolean =>
  part !== undefined && parts.includes(part);

function parameters({ codec, vps, sps, pps }: Described, isWithoutSets: boolean): string {
  const base64 = (set: Buffer | undefined): string => set?.toString('base64') ?? '';
  const [general, sets] =
    codec === 'h264'
      ? [
          [`packetization-mode=1`, `profile-level-id=${sps.toString('hex', 1, 4)}`],
          [`sprop-parameter-sets=${base64(sps)},${base64(pps)}`],
        ]
      : [['tx-mode=SRST'], [`sprop-vps=${base64(vps)}`, `sprop-sps=${base64(sps)}`, `sprop-pps=${base64(pps)}`]];
  return [...general, ...(isWithoutSets ? [] : sets)].join(';');
}
