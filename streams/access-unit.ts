export type VideoCodec = 'h264' | 'h265';

/** What a decoder needs before the first key frame, as NAL units without start codes; `vps` in H.265 only. */
export type ParameterSets = Readonly<{
  vps?: readonly Buffer[];
  sps: readonly Buffer[];
  pps: readonly Buffer[];
}>;

/** One whole picture, compressed. NAL units come without start codes and without parameter sets. */
export type AccessUnit = Readonly<{
  codec: VideoCodec;
  nals: readonly Buffer[];
  isKey: boolean;
  /** The camera's clock, 90 kHz, modulo 2^32. */
  rtpTime: number;
  /** When a recorder's picture was taken, milliseconds since 1970. */
  recordedAt?: number;
  /** On a key frame: the sets that it is decoded with. */
  parameterSets?: ParameterSets;
}>;
