/** Types of NAL units that we treat apart. Source: ITU-T H.264 (08/2021), table 7-1. */
export const NAL = {
  slice: 1,
  idr: 5,
  sps: 7,
  pps: 8,
  delimiter: 9,
  endOfSequence: 10,
  endOfStream: 11,
  filler: 12,
} as const;

export const nalType = (nal: Buffer): number => (nal[0] ?? 0) & 0x1f;

/** Types 1 to 5 carry a part of the picture itself. */
export const isSlice = (type: number): boolean => type >= NAL.slice && type <= NAL.idr;

/** Whether a slice begins its picture: first_mb_in_slice is 0, which Exp-Golomb writes as a single set bit. */
export const firstMacroblockIsZero = (slice: Buffer): boolean => ((slice[1] ?? 0x80) & 0x80) !== 0;

const START_CODE = Buffer.from([0, 0, 0, 1]);

/** The byte stream form, which decoders read without a container. Source: ITU-T H.264, annex B. */
export const toAnnexB = (nals: readonly Buffer[]): Buffer => Buffer.concat(nals.flatMap((nal) => [START_CODE, nal]));
