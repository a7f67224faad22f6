/** Phrases that a loudspeaker keeps; the speaker knows them by these names. */
export const PHRASES = ['drive-cattle', 'leave-track', 'train-coming'] as const;
export type Phrase = (typeof PHRASES)[number];
