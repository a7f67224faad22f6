import { BitReader } from '../h264/bits.ts';

/** Source: ISO/IEC 14496-3, table 1.18. */
const RATES = [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
const EXPLICIT_RATE = 15;
const LOW_COMPLEXITY = 2;
/** A camera's is two bytes, five with signs of extensions; a longer one is none. */
const CONFIG_MAX_BYTES = 64;
const CHANNELS_MAX = 2;

/**
 * Rate and channels of an AudioSpecificConfig; undefined for what is not AAC-LC with one or two channels and frames of
 * 1,024 samples, as cameras send it. Source: ISO/IEC 14496-3, 1.6.2.1.
 */
export function readAacConfig(config: Buffer): Readonly<{ sampleRate: number; channels: number }> | undefined {
  if (config.length < 2 || config.length > CONFIG_MAX_BYTES) return undefined;
  const bits = new BitReader(config);
  const objectType = bits.bits(5);
  const index = bits.bits(4);
  const sampleRate = index === EXPLICIT_RATE ? bits.bits(24) : RATES[index];
  const channels = bits.bits(4);
  const hasShortFrames = bits.bit() === 1;
  if (objectType !== LOW_COMPLEXITY || sampleRate === undefined || sampleRate === 0) return undefined;
  if (channels < 1 || channels > CHANNELS_MAX || hasShortFrames || bits.isPastEnd) return undefined;
  return { sampleRate, channels };
}
