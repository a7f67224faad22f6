import type { Alarm, HistoryItem } from '../../../gateway/http/contract/alarms.ts';
import type { Order } from '../alarms/act.ts';

/** Where a task stands for the one who does it; the stage decides the one big button. */
export type Stage = 'take' | 'setOut' | 'arrive' | 'resolve' | 'done';
export const STAGES: readonly Stage[] = ['take', 'setOut', 'arrive', 'resolve', 'done'];

export type Me = Readonly<{ username: string; displayName?: string | undefined }>;
export const isMe = (me: Me, name: string | undefined): boolean =>
  name !== undefined && (name === me.username || name === me.displayName);

/**
 * Accepting, arriving and resolving are states of the alarm. "Taken" of an alarm that the desk accepted or dispatched,
 * and "on the way", have none: they are notes of mine since then, and are counted.
 */
export function stageOf(alarm: Pick<Alarm, 'state'>, history: readonly HistoryItem[], me: Me): Stage {
  if (alarm.state === 'new') return 'take';
  if (alarm.state === 'handling') return 'resolve';
  if (alarm.state === 'resolved' || alarm.state === 'closed') return 'done';
  return stageUnderWay(history, me);
}

/** Where the task stands once what waits in the outbox has been taken: so many steps further. */
export const advanced = (stage: Stage, steps: number): Stage =>
  STAGES[Math.min(STAGES.indexOf(stage) + steps, STAGES.length - 1)] ?? stage;

const STARTS = ['acknowledged', 'dispatched', 'returned', 'reopened'];

function stageUnderWay(history: readonly HistoryItem[], me: Me): Stage {
  const ordered = [...history].sort((a, b) => a.seq - b.seq);
  const start = ordered.reduce((found, { kind }, index) => (STARTS.includes(kind) ? index : found), -1);
  const notes = ordered.slice(start + 1).filter(({ kind, by }) => kind === 'commented' && isMe(me, by)).length;
  const isAcceptedByMe = ordered[start]?.kind === 'acknowledged' && isMe(me, ordered[start]?.by);
  const done = notes + (isAcceptedByMe ? 1 : 0);
  return done === 0 ? 'take' : done === 1 ? 'setOut' : 'arrive';
}

/** The order behind the big button. `words` is what stands in the history where there is no state for it. */
export function orderOf(stage: Stage, state: Alarm['state'], words: string, at: string): Order | undefined {
  switch (stage) {
    case 'take':
      return state === 'new'
        ? { action: 'acknowledge', fields: { at } }
        : { action: 'comment', fields: { at, note: words } };
    case 'setOut':
      return { action: 'comment', fields: { at, note: words } };
    case 'arrive':
      return { action: 'arrive', fields: { at } };
    case 'resolve':
      return { action: 'resolve', fields: { at, verdict: 'real' } };
    default:
      return undefined;
  }
}
