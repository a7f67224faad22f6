/** The sounds that are passed on: AAC-LC, and what telephones speak by A-law and by µ-law (ITU-T G.711). */
export type SoundCodec = 'aac' | 'g711a' | 'g711u';

/** What a decoder needs to know; one object as long as nothing of it changes. */
export type SoundFormat = Readonly<{
  codec: SoundCodec;
  /** Samples a second: what `time` counts. */
  sampleRate: number;
  channels: number;
  /** AAC: its AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1); else empty. */
  config: Buffer;
}>;

/** A piece of sound as the camera sent it, some 20 to 130 ms. `time` is its clock, modulo 2^32. */
export type SoundFrame = Readonly<{ format: SoundFormat; data: Buffer; time: number; samples: number }>;

/** What one AAC frame holds. Source: ISO/IEC 14496-3, 4.5.1.1, frameLengthFlag 0. */
export const AAC_SAMPLES = 1024;

export const isSameFormat = (a: SoundFormat, b: SoundFormat): boolean =>
  a === b ||
  (a.codec === b.codec && a.sampleRate === b.sampleRate && a.channels === b.channels && a.config.equals(b.config));
