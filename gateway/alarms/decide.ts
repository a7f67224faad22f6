import { arming } from './arming.ts';
import { chattering } from './chattering.ts';
import { clearing } from './clearing.ts';
import type { Decision, DeviceState, Occurrence, Rule } from './decider.ts';
import { disabled } from './disabled.ts';
import { duplicate } from './duplicate.ts';
import { explained } from './explained.ts';
import { holdingOff } from './holding-off.ts';
import { maintenance } from './maintenance.ts';
import { merging } from './merging.ts';
import { oldNews } from './old-news.ts';
import { raising } from './raising.ts';
import { takingOver } from './taking-over.ts';

/** Asked in this order; the first answer counts. What none of them answers is raised. */
const RULES: readonly Rule[] = [
  duplicate,
  disabled,
  maintenance,
  arming,
  explained,
  oldNews,
  chattering,
  holdingOff,
  clearing,
  merging,
  takingOver,
];

/** What a signal leads to: journal entries, or a named reason why nothing follows. Pure. */
export function decide(state: DeviceState, signal: Occurrence): Decision {
  for (const rule of RULES) {
    const answer = rule(state, signal);
    if (answer !== undefined) return answer;
  }
  return raising(signal);
}
