import { type SetReader, SetStore } from '../rtp/set-store.ts';
import { BitReader, withoutEmulation } from './bits.ts';
import { NAL, nalType } from './nal.ts';

/** Source: ITU-T H.264, 7.3.2.1.1 and 7.3.2.2. */
const READERS: ReadonlyMap<number, SetReader> = new Map([
  [
    NAL.sps,
    { kind: 'sps', minBytes: 5, idOf: (nal) => new BitReader(withoutEmulation(nal.subarray(4, 16))).unsigned() },
  ],
  [
    NAL.pps,
    { kind: 'pps', minBytes: 2, idOf: (nal) => new BitReader(withoutEmulation(nal.subarray(1, 12))).unsigned() },
  ],
]);

export const openSetStore = (): SetStore => new SetStore((nal) => READERS.get(nalType(nal)), false);
