import type { Severity } from '../severity/levels.ts';

/** One tone: when it begins and how long it lasts, in seconds, and its pitch in hertz. */
export type Tone = Readonly<{ at: number; length: number; hz: number }>;
export type Sequence = Readonly<{
  tones: readonly Tone[];
  /** Played again after this long until every alarm of the level is accepted; undefined: once. */
  repeatMs: number | undefined;
}>;

/** Red: three falling tones; orange: two; yellow: one soft tone; blue is silent (CONSOLE, sound). */
export const SEQUENCES: Readonly<Partial<Record<Severity, Sequence>>> = {
  1: {
    tones: [
      { at: 0, length: 0.22, hz: 988 },
      { at: 0.26, length: 0.22, hz: 784 },
      { at: 0.52, length: 0.34, hz: 587 },
    ],
    repeatMs: 5_000,
  },
  2: {
    tones: [
      { at: 0, length: 0.2, hz: 784 },
      { at: 0.26, length: 0.28, hz: 659 },
    ],
    repeatMs: 30_000,
  },
  3: { tones: [{ at: 0, length: 0.3, hz: 523 }], repeatMs: undefined },
};
