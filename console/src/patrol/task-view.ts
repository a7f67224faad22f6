import type { PatrolTask } from '../../../gateway/http/contract/patrol.ts';
import type { OutboxEntry } from './outbox/entry.ts';

export type TaskAct = 'take' | 'arrive' | 'report' | 'done' | 'release';

const LEADS_TO: Readonly<Record<TaskAct, PatrolTask['state']>> = {
  take: 'taken',
  arrive: 'arrived',
  report: 'reported',
  done: 'done',
  release: 'offered',
};
const isTaskAct = (act: string): act is TaskAct => act in LEADS_TO;

/** The task as it will be once what waits in the outbox has been taken: offline the next step must be there too. */
export function ahead(task: PatrolTask, waiting: readonly OutboxEntry[], me: string): PatrolTask {
  let [state, holder] = [task.state, task.holder];
  for (const { act, photo, state: how } of [...waiting].sort((a, b) => a.n - b.n)) {
    const name = act.replace(/^patrol\.taskAct\./, '');
    if (how !== 'waiting' || photo !== undefined || !isTaskAct(name)) continue;
    state = LEADS_TO[name];
    holder = state === 'offered' ? undefined : me;
  }
  return { ...task, state, holder };
}

/** The one big button of the task for me; undefined where there is none. A round is done by its check-points. */
export function nextAct({ state, holder, origin }: PatrolTask, me: string): TaskAct | undefined {
  if (state === 'offered') return 'take';
  if (holder !== me) return undefined;
  if (state === 'taken') return origin.kind === 'round' ? undefined : 'arrive';
  if (state === 'arrived') return origin.kind === 'round' ? 'done' : 'report';
  return state === 'reported' ? 'done' : undefined;
}

export const isMyTask = (
  { holder, assignedTo }: PatrolTask,
  me: Readonly<{ username: string; displayName?: string | undefined }>,
): boolean =>
  holder === undefined
    ? assignedTo !== undefined && (assignedTo === me.username || assignedTo === me.displayName)
    : holder === me.username;
