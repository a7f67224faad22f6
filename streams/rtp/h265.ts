import type { AccessUnit } from '../access-unit.ts';
import { beginsPicture, isKey, isSlice, layerOf, NAL, NAL_HEAD_BYTES, nalType } from '../h265/nal.ts';
import { openSetStore } from '../h265/parameter-sets.ts';
import { NalDepacketiser, type NalFormat } from './nal-depacketiser.ts';

const AGGREGATE = 48;
const FRAGMENT = 49;
const NOISE: ReadonlySet<number> = new Set([NAL.delimiter, NAL.filler, NAL.endOfSequence, NAL.endOfStream]);

/**
 * Single NAL units, aggregates (AP) and fragments (FU). Decoding order numbers are not read: they come only where the
 * description says `sprop-max-don-diff`, which is refused. Source: RFC 7798, section 4.4.
 */
const H265: NalFormat = {
  codec: 'h265',
  kindOf: (payload) => {
    const type = nalType(payload);
    if (payload.length <= NAL_HEAD_BYTES) return 'unknown';
    if (type < AGGREGATE) return 'single';
    if (type === AGGREGATE) return 'aggregate';
    return type === FRAGMENT ? 'fragment' : 'unknown';
  },
  aggregateHeadBytes: NAL_HEAD_BYTES,
  fragmentHeadBytes: NAL_HEAD_BYTES + 1,
  fragmentedHead: (payload) => {
    const type = payload.readUInt8(NAL_HEAD_BYTES) & 0x3f;
    return Buffer.from([(payload.readUInt8(0) & 0x81) | (type << 1), payload.readUInt8(1)]);
  },
  partOf: (nal) => {
    const type = nalType(nal);
    if (NOISE.has(type) || layerOf(nal) > 0) return 'noise';
    if (isKey(type)) return 'key';
    return isSlice(type) ? 'slice' : 'other';
  },
  beginsPicture,
  openSets: openSetStore,
};

/** The description's parameters that hold the sets, in the order in which a decoder wants them. RFC 7798, 7.1. */
export const H265_SETS = ['sprop-vps', 'sprop-sps', 'sprop-pps'] as const;

/** H.265 out of RTP; `described` are the description's sets in base64. */
export class H265Depacketiser extends NalDepacketiser {
  constructor(described: readonly string[], onAccessUnit: (unit: AccessUnit) => void) {
    super(H265, described, onAccessUnit);
  }
}
