import type { ParameterSets } from '../access-unit.ts';

/** AVCDecoderConfigurationRecord with four-byte lengths. Source: ISO/IEC 14496-15, 5.3.3.1. */
export function toDecoderConfig({ sps, pps }: ParameterSets): Buffer {
  const first = sps[0] ?? Buffer.alloc(4);
  const head = Buffer.from([1, first[1] ?? 0, first[2] ?? 0, first[3] ?? 0, 0xff, 0xe0 | sps.length]);
  return Buffer.concat([head, ...sps.flatMap(withLength16), Buffer.from([pps.length]), ...pps.flatMap(withLength16)]);
}

/** The sets of such a record. Source: the same. Throws RangeError where it is cut short. */
export function readDecoderConfig(record: Buffer): ParameterSets {
  let at = 5;
  const read = (countMask: number): readonly Buffer[] => {
    const count = record.readUInt8(at++) & countMask;
    return Array.from({ length: count }, () => {
      const start = at + 2;
      at = start + record.readUInt16BE(at);
      return record.subarray(start, at);
    });
  };
  return { sps: read(0x1f), pps: read(0xff) };
}

function withLength16(set: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(set.length);
  return [length, set];
}

/** How many bytes the NAL units take with their four-byte lengths. */
export const lengthPrefixedBytes = (nals: readonly Buffer[]): number =>
  nals.reduce((total, nal) => total + 4 + nal.length, 0);

/** Writes each NAL unit behind its length, from `at` on. Source: ISO/IEC 14496-15, 5.3.4.2. */
export function writeLengthPrefixed(target: Buffer, at: number, nals: readonly Buffer[]): void {
  let offset = at;
  for (const nal of nals) {
    offset = target.writeUInt32BE(nal.length, offset);
    offset += nal.copy(target, offset);
  }
}
