import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Order } from './act.ts';

/** What an act asks for before it is done. */
export type Panel = 'dispatch' | 'comment' | 'falseAlarm' | 'resolve' | 'close' | 'reopen' | 'unshelve' | 'escalate';
const PANELS: readonly Panel[] = [
  'dispatch',
  'comment',
  'falseAlarm',
  'resolve',
  'close',
  'reopen',
  'unshelve',
  'escalate',
];

export const panelFor = (name: string): Panel | undefined => PANELS.find((panel) => panel === name);

/** Usual causes of a false alarm; the word goes into the note, so that the statistics can count them. */
export const CAUSES = ['branch', 'animal', 'fault', 'works', 'other'] as const;
export type Cause = (typeof CAUSES)[number];

export type Verdict = NonNullable<Alarm['verdict']>;
/** What remains when it was no false alarm: that has a panel and a key of its own. */
export const VERDICTS: readonly Verdict[] = ['real', 'test', 'duplicate'];

export type Filled = Readonly<{ note: string; assignee: string; causeWord: string; verdict: Verdict }>;

/** The order that a filled panel stands for. */
export function orderOf(panel: Panel, { note, assignee, causeWord, verdict }: Filled): Order {
  const words = note.trim() === '' ? {} : { note: note.trim() };
  switch (panel) {
    case 'dispatch':
      return { action: 'dispatch', fields: { ...words, assignee: assignee.trim() } };
    case 'falseAlarm': {
      const cause = [causeWord, note.trim()].filter((part) => part !== '').join(' · ');
      return { action: 'resolve', fields: { verdict: 'falseAlarm', note: cause } };
    }
    case 'resolve':
      return { action: 'resolve', fields: { ...words, verdict } };
    default:
      return { action: panel, fields: words };
  }
}
