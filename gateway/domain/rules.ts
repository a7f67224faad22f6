import type { AlarmDefinition } from './alarm.ts';
import type { Schedule } from './schedule.ts';
import type { Where } from './where.ts';

/** What a site has otherwise than the catalogue, here and at these hours (本地规则). */
export type SiteRule = Readonly<{
  where: Where;
  hours?: Schedule;
  set: Partial<
    Pick<
      AlarmDefinition,
      'severity' | 'mergeWindowMs' | 'limitProfile' | 'holdOffMs' | 'graverAfterCount' | 'graverAfterMs' | 'linkages'
    >
  >;
}>;

/**
 * Which alarms one cause may explain (关联规则): these types, in the same line, compound or township, each within so
 * much time and way of one that belongs already.
 */
export type IncidentRule = Readonly<{
  id: string;
  /** Whole alarm types, or prefixes that end in a dot. */
  types: readonly string[];
  within: 'line' | 'compound' | 'township';
  withinMs: number;
  /** How far the next one may lie from those that belong, in metres; undefined: anywhere in the same place. */
  withinM?: number;
  /** How long the whole may become, in metres. */
  spanM?: number;
}>;
