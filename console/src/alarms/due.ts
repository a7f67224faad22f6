import type { Alarm } from '../../../gateway/http/contract/alarms.ts';

export type DueKind = 'accept' | 'arrive' | 'close';
export type NextDue = Readonly<{ kind: DueKind; at: number }>;

/** The limit that runs now: to accept while nobody did, then to arrive, then to close. */
export function nextDue({ state, due }: Pick<Alarm, 'state' | 'due'>): NextDue | undefined {
  if (state === 'resolved' || state === 'closed') return undefined;
  if (state === 'new') return dueOf('accept', due.accept);
  if (state === 'handling') return dueOf('close', due.close);
  return dueOf('arrive', due.arrive) ?? dueOf('close', due.close);
}

const dueOf = (kind: DueKind, at: string | undefined): NextDue | undefined =>
  at === undefined ? undefined : { kind, at: Date.parse(at) };

export function isOverdue(alarm: Pick<Alarm, 'state' | 'due'>, now: number): boolean {
  const due = nextDue(alarm);
  return due !== undefined && due.at < now;
}
