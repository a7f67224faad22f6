import type { Logger } from 'pino';
import type { AlarmEntry } from '../domain/entry.ts';
import { centreAbove, escalatesAt } from '../domain/escalation.ts';
import { type JournalQueries, JournalUnavailable } from '../journal/journal.ts';
import type { AlarmLanes } from './lanes.ts';

/** How often overdue alarms are looked for, in milliseconds; limits count in minutes. */
const LOOK_EVERY_MS = 10_000;
/** Alarms handed up in one go; the rest follows at the next look, the longest overdue first. */
const AT_ONCE_MAX = 500;
/** Who does it, as the history shows. */
const BY = { name: '时限', centre: undefined };

export type DeadlinePorts = Readonly<{ lanes: AlarmLanes; queries: JournalQueries; now: () => number; log: Logger }>;

/** Hands alarms that nobody has accepted in time to the next centre up. Answers the way to stop. */
export function watchDeadlines(ports: DeadlinePorts): () => void {
  const timer = setInterval(() => {
    escalateOverdue(ports).catch((error: unknown) => {
      if (!(error instanceof JournalUnavailable)) throw error;
      ports.log.error({ err: error }, 'overdue alarms wait for the journal');
    });
  }, LOOK_EVERY_MS);
  return () => clearInterval(timer);
}

export async function escalateOverdue({ lanes, queries, now }: DeadlinePorts): Promise<void> {
  const at = now();
  await Promise.all([...queries.overdue(at, AT_ONCE_MAX)].map(({ id }) => escalate(lanes, id, at)));
}

async function escalate(lanes: AlarmLanes, id: string, at: number): Promise<void> {
  const alarm = lanes.find(id); // the stored row may be older than what is on its way to the disk
  const to = alarm === undefined ? undefined : centreAbove(alarm);
  if (alarm === undefined || to === undefined || (escalatesAt(alarm) ?? Number.POSITIVE_INFINITY) > at) return;
  const entry: AlarmEntry = { kind: 'escalated', alarm: id, by: BY, note: undefined, doneAt: undefined, to };
  await lanes.commit(alarm.device, [entry]);
}
