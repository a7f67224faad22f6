import type { AccessUnit } from '../access-unit.ts';
import { firstMacroblockIsZero, isSlice, NAL, nalType } from '../h264/nal.ts';
import { openSetStore } from '../h264/parameter-sets.ts';
import { NalDepacketiser, type NalFormat } from './nal-depacketiser.ts';

const STAP_A = 24;
const FU_A = 28;
const NOISE: ReadonlySet<number> = new Set([NAL.delimiter, NAL.filler, NAL.endOfSequence, NAL.endOfStream]);

/** Single NAL units, STAP-A and FU-A. Source: RFC 6184, sections 5.2 and 5.6 to 5.8. */
const H264: NalFormat = {
  codec: 'h264',
  kindOf: (payload) => {
    const type = nalType(payload);
    if (type >= 1 && type <= 23) return 'single';
    if (type === STAP_A) return 'aggregate';
    return type === FU_A ? 'fragment' : 'unknown';
  },
  aggregateHeadBytes: 1,
  fragmentHeadBytes: 2,
  fragmentedHead: (payload) => Buffer.from([(payload.readUInt8(0) & 0xe0) | (payload.readUInt8(1) & 0x1f)]),
  partOf: (nal) => {
    const type = nalType(nal);
    if (type === NAL.idr) return 'key';
    if (isSlice(type)) return 'slice';
    return NOISE.has(type) ? 'noise' : 'other';
  },
  beginsPicture: firstMacroblockIsZero,
  openSets: openSetStore,
};

/** H.264 out of RTP; `sprop` is the description's `sprop-parameter-sets`. */
export class H264Depacketiser extends NalDepacketiser {
  constructor(sprop: string | undefined, onAccessUnit: (unit: AccessUnit) => void) {
    super(H264, sprop?.split(',') ?? [], onAccessUnit);
  }
}
