import type { DeviceId } from './device.ts';
import type { Schedule } from './schedule.ts';
import type { Severity } from './severity.ts';
import type { Where } from './where.ts';

/** What a step does. `name` and `args` of a command are the device's own words. */
export type LinkageAct =
  | Readonly<{ do: 'preset'; preset: string }>
  | Readonly<{ do: 'pop-up'; walls: readonly string[] }>
  | Readonly<{
      do: 'broadcast';
      /** A phrase that the loudspeaker has stored, words to speak, a tone or a file of its own. */
      say: Readonly<{ phrase: string } | { text: string } | { tone: string } | { file: string }>;
      withinM: number;
    }>
  | Readonly<{ do: 'command'; device: DeviceId; name: string; args: Readonly<Record<string, unknown>> }>
  | Readonly<{ do: 'webhook'; target: string }>;

/**
 * `isDangerous`: a person is asked first, for at most `askMs`. `ifPossible`: passed over without a word where there is
 * nothing to do it with.
 */
export type LinkageStep = Readonly<{
  id: string;
  act: LinkageAct;
  isDangerous: boolean;
  ifPossible: boolean;
  withinMs: number;
  askMs: number;
}>;

/** What follows an alarm of these types, here, at these hours (联动). Steps are taken in order. */
export type LinkageRule = Readonly<{
  id: string;
  where: Where;
  hours?: Schedule;
  /** Alarms of this severity and graver; 4: all. */
  severity: Severity;
  ask: 'dangerous' | 'never';
  steps: readonly LinkageStep[];
}>;

export const LINKAGE_OUTCOMES = ['ok', 'failed', 'expired', 'unknown', 'late'] as const;
/** `unknown`: the gateway died in the middle of what may not be done twice; `late`: the alarm was too old to act on. */
export type LinkageOutcome = (typeof LINKAGE_OUTCOMES)[number];

export const LINKAGE_RESULTS = ['asked', 'confirmed', 'declined', 'started', ...LINKAGE_OUTCOMES] as const;
export type LinkageResult = (typeof LINKAGE_RESULTS)[number];

/** How far a step of a rule is on one alarm; `until` is when an unanswered question expires. */
export type LinkageMark = Readonly<{
  rule: string;
  step: string;
  result: LinkageResult;
  detail?: string;
  until?: number;
}>;

export const markOf = (
  marks: readonly LinkageMark[] | undefined,
  rule: string,
  step: string,
): LinkageMark | undefined => marks?.find((mark) => mark.rule === rule && mark.step === step);

/** What may be done again after a crash without harm: a door or a loudspeaker may not. */
export const isRepeatable = ({ do: what }: LinkageAct): boolean =>
  what === 'preset' || what === 'pop-up' || what === 'webhook';
