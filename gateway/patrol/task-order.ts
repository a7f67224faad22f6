import type { Actor } from '../domain/actor.ts';
import type { Verdict } from '../domain/alarm.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import { isEnded, type PatrolTask, type TaskState } from '../domain/patrol.ts';
import { failed, ok, type Result } from '../domain/result.ts';

export const TASK_ACTIONS = ['take', 'arrive', 'report', 'done', 'release', 'cancel'] as const;
export type TaskAction = (typeof TASK_ACTIONS)[number];

/** What a person asks of one task. `version` is the one they saw: an older one is a conflict, never an overwrite. */
export type TaskOrder = Readonly<{
  action: TaskAction;
  version: number;
  by: Actor;
  note: string | undefined;
  /** How far from the place the person says to be, by arriving; undefined where the phone does not know. */
  arrival: Readonly<{ distanceM: number; accuracyM: number | undefined }> | undefined;
  /** On `done`, of the alarm behind the task. */
  verdict: Verdict | undefined;
  /** On `release`: whom it is handed over to. */
  to: string | undefined;
  /** When the person did it, where a phone sends it later. */
  doneAt: number | undefined;
}>;

export type TaskFault =
  | Readonly<{ kind: 'unknown-task' }>
  /** `not-holder`: somebody else has it; `not-possible`: not in this state. */
  | Readonly<{ kind: 'conflict' | 'not-holder'; present: PatrolTask }>
  | Readonly<{ kind: 'not-possible'; present: PatrolTask; from: readonly TaskState[] }>
  | Readonly<{ kind: 'bad-value'; fault: BadValue }>;

const POSSIBLE_FROM: Readonly<Record<TaskAction, readonly TaskState[]>> = {
  take: ['offered'],
  arrive: ['taken'],
  report: ['taken', 'arrived', 'reported'],
  done: ['arrived', 'reported'],
  release: ['taken', 'arrived', 'reported'],
  cancel: ['offered', 'taken', 'arrived', 'reported'],
};

/** The task after the order, or why it is not carried out. Pure; `now` is when the gateway took it. */
export function decideTask(task: PatrolTask, order: TaskOrder, now: number): Result<PatrolTask, TaskFault> {
  const { action, by } = order;
  const from = POSSIBLE_FROM[action];
  if (
    action !== 'take' &&
    action !== 'cancel' &&
    task.holder !== by.name &&
    !isEnded(task) &&
    task.holder !== undefined
  )
    return failed({ kind: 'not-holder', present: task });
  if (order.version !== task.version) return failed({ kind: 'conflict', present: task });
  if (!from.includes(task.state)) return failed({ kind: 'not-possible', present: task, from });
  const changed = changesOf(task, order, now);
  if (!changed.ok) return failed({ kind: 'bad-value', fault: changed.error });
  return ok({ ...task, ...changed.value, version: task.version + 1 });
}

type Changes = Partial<PatrolTask>;

function changesOf(task: PatrolTask, order: TaskOrder, now: number): Result<Changes, BadValue> {
  const { by, note } = order;
  const at = order.doneAt ?? now;
  switch (order.action) {
    case 'take':
      return ok({ state: 'taken', holder: by.name, takenAt: at, ...kept(note) });
    case 'arrive': {
      const { distanceM, accuracyM } = order.arrival ?? {};
      return ok({ state: 'arrived', arrivedAt: at, arrivedM: distanceM, accuracyM, ...kept(note) });
    }
    case 'report':
      return given(note, 'what was found', (words) => ({ state: 'reported', reportedAt: at, note: words }));
    case 'done':
      return ok({ state: 'done', endedAt: at, ...kept(note) });
    case 'release':
      return given(note, 'the reason', (words) => ({
        ...OFFERED,
        assignedTo: order.to ?? task.assignedTo,
        note: words,
      }));
    case 'cancel':
      return given(note, 'the reason', (words) => ({ state: 'cancelled', endedAt: at, note: words }));
    default:
      return order.action satisfies never;
  }
}

/** Nobody has it: what the last one did on the spot stands in the log. */
const OFFERED: Changes = {
  state: 'offered',
  holder: undefined,
  takenAt: undefined,
  arrivedAt: undefined,
  arrivedM: undefined,
  accuracyM: undefined,
  reportedAt: undefined,
};

const kept = (note: string | undefined): Changes => (note === undefined ? {} : { note });

function given(note: string | undefined, expected: string, make: (note: string) => Changes): Result<Changes, BadValue> {
  return note === undefined || note === '' ? failed(badValue('missing-field', 'note', '', expected)) : ok(make(note));
}
