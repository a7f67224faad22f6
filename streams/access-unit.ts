/** SPS and PPS, as NAL units without start codes: what a decoder needs before the first key frame. */
export type ParameterSets = Readonly<{ sps: readonly Buffer[]; pps: readonly Buffer[] }>;

/** One whole picture, compressed. NAL units come without start codes and without parameter sets. */
export type AccessUnit = Readonly<{
  codec: 'h264';
  nals: readonly Buffer[];
  isKey: boolean;
  /** The camera's clock, 90 kHz, modulo 2^32. */
  rtpTime: number;
  /** On a key frame: the sets that it is decoded with. */
  parameterSets?: ParameterSets;
}>;
