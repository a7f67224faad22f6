import { BitReader, withoutEmulation } from '../h264/bits.ts';
import { type SetReader, SetStore } from '../rtp/set-store.ts';
import { NAL, NAL_HEAD_BYTES, nalType } from './nal.ts';
import { readSps } from './sps.ts';

/** An SPS whose id cannot be read has none that a store would keep. */
const NO_ID = Number.POSITIVE_INFINITY;

/** Source: ITU-T H.265, 7.3.2.1 to 7.3.2.3. */
const READERS: ReadonlyMap<number, SetReader> = new Map<number, SetReader>([
  [NAL.vps, { kind: 'vps', minBytes: 6, idOf: (nal) => nal.readUInt8(NAL_HEAD_BYTES) >> 4 }],
  [NAL.sps, { kind: 'sps', minBytes: 16, idOf: (nal) => readSps(nal)?.id ?? NO_ID }],
  [
    NAL.pps,
    {
      kind: 'pps',
      minBytes: 4,
      idOf: (nal) => new BitReader(withoutEmulation(nal.subarray(NAL_HEAD_BYTES, 16))).unsigned(),
    },
  ],
]);

export const openSetStore = (): SetStore => new SetStore((nal) => READERS.get(nalType(nal)), true);
