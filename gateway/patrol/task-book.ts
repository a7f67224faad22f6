import type { AlarmId } from '../domain/alarm.ts';
import { isEnded, type PatrolTask, type TaskId } from '../domain/patrol.ts';

/** Days that a task is kept after its end, in milliseconds; the log itself holds its entries as long as any. */
export const KEPT_MS = 30 * 86_400_000;
/** Tasks that are kept: some 30 days of a busy city. Beyond it the one that ended first goes. */
export const TASKS_MAX = 20_000;

/** Tasks as the log has them, with what is on its way into it. */
export class TaskBook {
  readonly #tasks = new Map<TaskId, PatrolTask>();
  /** The one task of an alarm that is not ended. */
  readonly #openOf = new Map<AlarmId, TaskId>();

  constructor(tasks: Iterable<PatrolTask>) {
    for (const task of tasks) this.put(task);
  }

  find = (id: TaskId): PatrolTask | undefined => this.#tasks.get(id);
  all = (): readonly PatrolTask[] => [...this.#tasks.values()];

  openOf(alarm: AlarmId): PatrolTask | undefined {
    const id = this.#openOf.get(alarm);
    return id === undefined ? undefined : this.#tasks.get(id);
  }

  put(task: PatrolTask): void {
    this.#tasks.set(task.id, task);
    if (task.origin.kind !== 'alarm') return;
    const { alarm } = task.origin;
    if (!isEnded(task)) this.#openOf.set(alarm, task.id);
    else if (this.#openOf.get(alarm) === task.id) this.#openOf.delete(alarm);
  }

  /** Takes tasks in as they will be, and answers how to take that back: where nothing was built on it since. */
  fold(after: readonly PatrolTask[]): () => void {
    const before = after.map((task) => [task, this.#tasks.get(task.id)] as const);
    for (const task of after) this.put(task);
    return () => {
      for (const [task, was] of before) {
        if (this.#tasks.get(task.id) !== task) continue;
        if (was === undefined) this.remove(task.id);
        else this.put(was);
      }
    };
  }

  remove(id: TaskId): void {
    const task = this.#tasks.get(id);
    this.#tasks.delete(id);
    if (task?.origin.kind === 'alarm' && this.#openOf.get(task.origin.alarm) === id)
      this.#openOf.delete(task.origin.alarm);
  }

  /** Ended tasks that need no longer be kept, the first ended first. */
  over(now: number): readonly PatrolTask[] {
    const done = this.all()
      .filter(isEnded)
      .sort((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0));
    const beyond = this.#tasks.size - TASKS_MAX;
    return done.filter(({ endedAt = 0 }, index) => index < beyond || now - endedAt > KEPT_MS);
  }

  counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { state } of this.#tasks.values()) counts[state] = (counts[state] ?? 0) + 1;
    return counts;
  }
}
