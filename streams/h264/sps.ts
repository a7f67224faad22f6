import { BitReader, withoutEmulation } from './bits.ts';

/** What a sequence parameter set says of the picture, in pixels after cropping. */
export type PictureSize = Readonly<{ width: number; height: number }>;

/** Profiles whose SPS tells the chroma format. Source: ITU-T H.264, 7.3.2.1.1. */
const HIGH_PROFILES: ReadonlySet<number> = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** 16,384 pixels: no level of H.264 reaches further. */
const SIDE_MAX_MACROBLOCKS = 1024;

/** Undefined for bytes that are no sound SPS. Source: ITU-T H.264, 7.3.2.1.1 and 7.4.2.1.1. */
export function readPictureSize(sps: Uint8Array): PictureSize | undefined {
  const reader = new BitReader(withoutEmulation(sps.subarray(1)));
  const profile = reader.bits(8);
  reader.bits(16); // constraints, level
  reader.unsigned(); // seq_parameter_set_id
  const chroma = HIGH_PROFILES.has(profile) ? readChroma(reader) : 1;
  skipFrameNumbers(reader);
  reader.unsigned(); // max_num_ref_frames
  reader.bit(); // gaps_in_frame_num_value_allowed_flag
  const columns = reader.unsigned() + 1;
  const rows = reader.unsigned() + 1;
  const fieldFactor = 2 - reader.bit(); // frame_mbs_only_flag
  if (fieldFactor === 2) reader.bit(); // mb_adaptive_frame_field_flag
  reader.bit(); // direct_8x8_inference_flag
  const crop = reader.bit() === 1 ? readCrop(reader) : { x: 0, y: 0 };
  if (reader.isPastEnd || columns > SIDE_MAX_MACROBLOCKS || rows * fieldFactor > SIDE_MAX_MACROBLOCKS) return undefined;
  const width = columns * 16 - crop.x * (chroma === 1 || chroma === 2 ? 2 : 1);
  const height = rows * fieldFactor * 16 - crop.y * (chroma === 1 ? 2 : 1) * fieldFactor;
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function readChroma(reader: BitReader): number {
  const chroma = reader.unsigned();
  if (chroma === 3) reader.bit(); // separate_colour_plane_flag
  reader.unsigned(); // bit_depth_luma_minus8
  reader.unsigned(); // bit_depth_chroma_minus8
  reader.bit(); // qpprime_y_zero_transform_bypass_flag
  if (reader.bit() === 1) skipScalingLists(reader, chroma === 3 ? 12 : 8);
  return chroma;
}

function skipScalingLists(reader: BitReader, count: number): void {
  for (let list = 0; list < count; list++) {
    if (reader.bit() === 1) skipScalingList(reader, list < 6 ? 16 : 64);
  }
}

/** Source: ITU-T H.264, 7.3.2.1.1.1. */
function skipScalingList(reader: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let i = 0; i < size && next !== 0; i++) {
    next = (last + reader.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

function skipFrameNumbers(reader: BitReader): void {
  reader.unsigned(); // log2_max_frame_num_minus4
  const orderType = reader.unsigned();
  if (orderType === 0) reader.unsigned(); // log2_max_pic_order_cnt_lsb_minus4
  if (orderType !== 1) return;
  reader.bit(); // delta_pic_order_always_zero_flag
  reader.signed(); // offset_for_non_ref_pic
  reader.signed(); // offset_for_top_to_bottom_field
  const count = Math.min(reader.unsigned(), 255);
  for (let i = 0; i < count; i++) reader.signed();
}

function readCrop(reader: BitReader): { x: number; y: number } {
  const [left, right, top, bottom] = [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()];
  return { x: left + right, y: top + bottom };
}
