import type { Alarm } from '../domain/alarm.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import { isEnded, type PatrolTask } from '../domain/patrol.ts';

type Asked = Readonly<{
  alarm: Alarm;
  entry: AlarmEntry;
  open: PatrolTask | undefined;
  now: number;
  newId: () => string;
}>;

/**
 * What an entry about an alarm does to tasks (派单即生成任务): a dispatch makes one and ends the one before it; what the
 * holder does by the alarm itself is done by the task as well; an alarm that is over, or elsewhere, needs none.
 */
export function tasksAfter({ alarm, entry, open, now, newId }: Asked): readonly PatrolTask[] {
  switch (entry.kind) {
    case 'dispatched': {
      if (open?.assignedTo === entry.assignee) return []; // said again: whoever has it keeps it
      return [
        ...ended(open, `改派 ${entry.assignee} / sent to ${entry.assignee}`, now),
        offered(alarm, entry.assignee, now, newId()),
      ];
    }
    case 'arrived':
      return open?.state === 'taken' && open.holder === entry.by.name
        ? [next(open, { state: 'arrived', arrivedAt: entry.doneAt ?? now })]
        : [];
    case 'resolved':
    case 'closed':
      return open?.holder === entry.by.name
        ? [next(open, { state: 'done', endedAt: entry.doneAt ?? now, note: entry.note ?? open.note })]
        : ended(open, '报警已办结 / the alarm was resolved', now);
    case 'returned':
    case 'transferred':
      return ended(open, '报警已退回或转办 / the alarm was given back or transferred', now);
    default:
      return [];
  }
}

const next = (task: PatrolTask, changes: Partial<PatrolTask>): PatrolTask => ({
  ...task,
  ...changes,
  version: task.version + 1,
});

const ended = (task: PatrolTask | undefined, note: string, now: number): readonly PatrolTask[] =>
  task === undefined || isEnded(task) ? [] : [next(task, { state: 'cancelled', endedAt: now, note })];

const offered = (alarm: Alarm, assignee: string, now: number, id: string): PatrolTask => ({
  ...NEW_TASK,
  id,
  origin: { kind: 'alarm', alarm: alarm.id },
  title: alarm.title,
  region: alarm.region,
  place: alarm.place,
  assignedTo: assignee,
  madeAt: now,
});

/** A task that nobody has taken yet. */
export const NEW_TASK = {
  section: undefined,
  state: 'offered',
  holder: undefined,
  takenAt: undefined,
  arrivedAt: undefined,
  arrivedM: undefined,
  accuracyM: undefined,
  reportedAt: undefined,
  endedAt: undefined,
  note: undefined,
  photos: [],
  version: 1,
} as const;
