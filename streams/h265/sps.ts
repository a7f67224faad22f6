import { BitReader, withoutEmulation } from '../h264/bits.ts';
import type { PictureSize } from '../h264/sps.ts';
import { NAL_HEAD_BYTES } from './nal.ts';

/** What a sequence parameter set says, as far as a container and a size need it. */
export type H265Sps = Readonly<{
  id: number;
  size: PictureSize;
  /** profile_tier_level up to general_level_idc: the twelve bytes that a decoder configuration repeats. */
  profile: Uint8Array;
  chroma: number;
  bitDepthLuma: number;
  bitDepthChroma: number;
  temporalLayers: number;
  isTemporalIdNested: boolean;
}>;

/** 16,384 pixels: level 6.2 reaches no further by far. */
const SIDE_MAX = 16_384;
const PROFILE_BYTES = 12;
/** Of one sub-layer: profile 88 bits, level 8. */
const SUB_LAYER_PROFILE_BITS = 88;
const SUB_LAYER_LEVEL_BITS = 8;

/** Undefined for bytes that are no sound SPS. Source: ITU-T H.265 (08/2021), 7.3.2.2.1 and 7.3.3. */
export function readSps(nal: Uint8Array): H265Sps | undefined {
  const content = withoutEmulation(nal.subarray(NAL_HEAD_BYTES));
  const reader = new BitReader(content);
  reader.bits(4); // sps_video_parameter_set_id
  const subLayers = reader.bits(3);
  const isTemporalIdNested = reader.bit() === 1;
  reader.bits(PROFILE_BYTES * 8);
  skipSubLayers(reader, subLayers);
  const id = reader.unsigned();
  const chroma = reader.unsigned();
  if (chroma === 3) reader.bit(); // separate_colour_plane_flag
  const [codedWidth, codedHeight] = [reader.unsigned(), reader.unsigned()];
  const crop = reader.bit() === 1 ? readWindow(reader) : { x: 0, y: 0 };
  const [bitDepthLuma, bitDepthChroma] = [8 + reader.unsigned(), 8 + reader.unsigned()];
  const width = codedWidth - crop.x * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = codedHeight - crop.y * (chroma === 1 ? 2 : 1);
  const isSound = width > 0 && height > 0 && codedWidth <= SIDE_MAX && codedHeight <= SIDE_MAX && chroma <= 3;
  if (reader.isPastEnd || !isSound || bitDepthLuma > 15 || bitDepthChroma > 15) return undefined;
  return {
    id,
    size: { width, height },
    profile: content.slice(1, 1 + PROFILE_BYTES),
    chroma,
    bitDepthLuma,
    bitDepthChroma,
    temporalLayers: subLayers + 1,
    isTemporalIdNested,
  };
}

function skipSubLayers(reader: BitReader, count: number): void {
  if (count === 0) return;
  const present = Array.from({ length: count }, () => ({ profile: reader.bit() === 1, level: reader.bit() === 1 }));
  for (let unused = count; unused < 8; unused++) reader.bits(2); // reserved_zero_2bits
  for (const { profile, level } of present) {
    if (profile) reader.bits(SUB_LAYER_PROFILE_BITS);
    if (level) reader.bits(SUB_LAYER_LEVEL_BITS);
  }
}

/** conformance_window: left and right, top and bottom, in chroma samples. */
function readWindow(reader: BitReader): { x: number; y: number } {
  const [left, right, top, bottom] = [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()];
  return { x: left + right, y: top + bottom };
}
