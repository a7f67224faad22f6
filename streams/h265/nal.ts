/** Types of NAL units that we treat apart. Source: ITU-T H.265 (08/2021), table 7-1. */
export const NAL = {
  lastSlice: 31,
  firstKey: 16,
  lastKey: 21,
  vps: 32,
  sps: 33,
  pps: 34,
  delimiter: 35,
  endOfSequence: 36,
  endOfStream: 37,
  filler: 38,
} as const;

/** A unit begins with two bytes: type, layer, temporal id. Source: ITU-T H.265, 7.3.1.2. */
export const NAL_HEAD_BYTES = 2;

export const nalType = (nal: Buffer): number => ((nal[0] ?? 0) >> 1) & 0x3f;

/** 0 is the picture itself; further layers (scalability, other views) are nothing that a camera's viewer decodes. */
export const layerOf = (nal: Buffer): number => (((nal[0] ?? 0) & 1) << 5) | ((nal[1] ?? 0) >> 3);

/** Types 0 to 31 carry a part of the picture itself. */
export const isSlice = (type: number): boolean => type <= NAL.lastSlice;

/** BLA, IDR and CRA: a decoder may begin here. Source: ITU-T H.265, 3.69 (IRAP). */
export const isKey = (type: number): boolean => type >= NAL.firstKey && type <= NAL.lastKey;

/** first_slice_segment_in_pic_flag. Source: ITU-T H.265, 7.3.6.1. */
export const beginsPicture = (slice: Buffer): boolean => ((slice[NAL_HEAD_BYTES] ?? 0x80) & 0x80) !== 0;
