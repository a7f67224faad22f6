import type { Actor } from '../domain/actor.ts';
import type { Alarm, AlarmState, Verdict } from '../domain/alarm.ts';
import type { BadValue } from '../domain/bad-value.ts';
import type { RegionCode } from '../domain/region.ts';

export const ALARM_ACTIONS = [
  'acknowledge',
  'dispatch',
  'arrive',
  'handle',
  'resolve',
  'close',
  'reopen',
  'return',
  'escalate',
  'transfer',
  'shelve',
  'unshelve',
  'comment',
] as const;
export type AlarmAction = (typeof ALARM_ACTIONS)[number];

/** What a person asks of one alarm. `version` is the one they saw: an older one is a conflict, never an overwrite. */
export type AlarmOrder = Readonly<{
  action: AlarmAction;
  version: number;
  by: Actor;
  note: string | undefined;
  assignee: string | undefined;
  verdict: Verdict | undefined;
  until: number | undefined;
  to: RegionCode | undefined;
  doneAt: number | undefined;
}>;

/** Why an order was not carried out. `present` is the alarm as it stands. */
export type OrderFault =
  | Readonly<{ kind: 'unknown-alarm' }>
  | Readonly<{ kind: 'conflict'; present: Alarm }>
  | Readonly<{ kind: 'not-possible'; present: Alarm; from: readonly AlarmState[] }>
  | Readonly<{ kind: 'bad-value'; fault: BadValue }>;
