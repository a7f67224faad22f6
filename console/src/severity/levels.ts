import type { Alarm } from '../../../gateway/http/contract/alarms.ts';

export type Severity = Alarm['severity'];
export const SEVERITIES: readonly Severity[] = [1, 2, 3, 4];

export type Shape = 'circle' | 'triangle' | 'diamond' | 'square';
/** A level is always shown as word, shape and number together with its colour; colour alone says nothing. */
export type Level = Readonly<{ shape: Shape; roman: string; wordKey: `severity.${Severity}` }>;

export const LEVELS: Readonly<Record<Severity, Level>> = {
  1: { shape: 'circle', roman: 'Ⅰ', wordKey: 'severity.1' },
  2: { shape: 'triangle', roman: 'Ⅱ', wordKey: 'severity.2' },
  3: { shape: 'diamond', roman: 'Ⅲ', wordKey: 'severity.3' },
  4: { shape: 'square', roman: 'Ⅳ', wordKey: 'severity.4' },
};

/** The gravest level among alarms, or undefined where there are none: a smaller number is graver. */
export function gravest(alarms: Iterable<{ severity: Severity }>): Severity | undefined {
  let found: Severity | undefined;
  for (const { severity } of alarms) if (found === undefined || severity < found) found = severity;
  return found;
}
