import type { ParameterSets, VideoCodec } from './access-unit.ts';
import { toDecoderConfig as toAvcc } from './h264/avcc.ts';
import { readPictureSize } from './h264/sps.ts';
import { toDecoderConfig as toHvcc } from './h265/hvcc.ts';
import { readSps } from './h265/sps.ts';

/** The record that a container hands to a decoder: avcC or hvcC. Source: ISO/IEC 14496-15. */
export const decoderConfig = (codec: VideoCodec, sets: ParameterSets): Buffer =>
  codec === 'h264' ? toAvcc(sets) : toHvcc(sets);

/** In pixels, as the first SPS says; undefined for one that cannot be read. */
export function pictureSize(codec: VideoCodec, { sps: [sps] }: ParameterSets) {
  if (sps === undefined) return undefined;
  return codec === 'h264' ? readPictureSize(sps) : readSps(sps)?.size;
}
