import type { ParameterSets } from '../access-unit.ts';
import { NAL } from './nal.ts';
import { readSps } from './sps.ts';

/** array_completeness: every set is in the record, none in the pictures. */
const COMPLETE = 0x80;

/** HEVCDecoderConfigurationRecord with four-byte lengths. Source: ISO/IEC 14496-15, 8.3.3.1. */
export function toDecoderConfig({ vps = [], sps, pps }: ParameterSets): Buffer {
  const first = sps[0] === undefined ? undefined : readSps(sps[0]);
  const profile = first?.profile ?? new Uint8Array(12);
  const layers = ((first?.temporalLayers ?? 1) << 3) | (first?.isTemporalIdNested === true ? 4 : 0) | 3;
  const tail = Buffer.from([
    ...[0xf0, 0, 0xfc], // min_spatial_segmentation_idc and parallelismType: not said
    0xfc | (first?.chroma ?? 1),
    0xf8 | ((first?.bitDepthLuma ?? 8) - 8),
    0xf8 | ((first?.bitDepthChroma ?? 8) - 8),
    ...[0, 0], // avgFrameRate: not said
    layers,
    3, // arrays
  ]);
  const arrays = [setArray(NAL.vps, vps), setArray(NAL.sps, sps), setArray(NAL.pps, pps)];
  return Buffer.concat([Buffer.from([1]), profile, tail, ...arrays.flat()]);
}

function setArray(type: number, sets: readonly Buffer[]): readonly Buffer[] {
  const head = Buffer.from([COMPLETE | type, sets.length >> 8, sets.length & 0xff]);
  return [head, ...sets.flatMap((set) => [Buffer.from([set.length >> 8, set.length & 0xff]), set])];
}

/** The sets of such a record. Source: the same. Throws RangeError where it is cut short. */
export function readDecoderConfig(record: Buffer): ParameterSets {
  const sets = new Map<number, Buffer[]>();
  let at = 22;
  for (let arrays = record.readUInt8(at++); arrays > 0; arrays--) {
    const type = record.readUInt8(at) & 0x3f;
    const count = record.readUInt16BE(at + 1);
    at += 3;
    for (let set = 0; set < count; set++) {
      const start = at + 2;
      at = start + record.readUInt16BE(at);
      if (at > record.length) throw new RangeError('a parameter set is cut short');
      sets.set(type, [...(sets.get(type) ?? []), record.subarray(start, at)]);
    }
  }
  return { vps: sets.get(NAL.vps) ?? [], sps: sets.get(NAL.sps) ?? [], pps: sets.get(NAL.pps) ?? [] };
}
