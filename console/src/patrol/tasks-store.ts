import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { PatrolRound, PatrolTask, TaskPage } from '../../../gateway/http/contract/patrol.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';

/** Tasks that the phone keeps at most; what ended longest ago goes first. */
const TASKS_MAX = 300;

/** Patrol tasks in scope, kept current by the live feed; rounds are fetched with the task that opens them. */
export const useTasks = defineStore('patrol-tasks', () => {
  const byId = shallowRef<ReadonlyMap<string, PatrolTask>>(new Map());
  const rounds = shallowRef<ReadonlyMap<string, PatrolRound>>(new Map());
  const isLoaded = ref(false);
  const problem = ref<Problem>();
  const open = computed(() =>
    [...byId.value.values()]
      .filter(({ state }) => state !== 'done' && state !== 'cancelled')
      .sort((a, b) => b.madeAt.localeCompare(a.madeAt)),
  );
  let stop: (() => void) | undefined;

  /** An older one than is known is passed over: the feed and an answer may cross. */
  function take(task: PatrolTask): void {
    if ((byId.value.get(task.id)?.version ?? 0) > task.version) return;
    const next = new Map(byId.value).set(task.id, task);
    if (next.size > TASKS_MAX) for (const [id, { endedAt }] of next) if (endedAt !== undefined) next.delete(id);
    byId.value = next;
  }

  async function load(): Promise<number | undefined> {
    const answer = await ask<TaskPage>('/patrol/tasks');
    isLoaded.value = true;
    problem.value = answer.ok ? undefined : answer.problem;
    if (!answer.ok) return undefined;
    byId.value = new Map(answer.value.items.map((task) => [task.id, task]));
    return answer.value.seq;
  }

  /** Loads and follows; does nothing the second time. */
  function begin(): void {
    if (stop !== undefined) return;
    stop = useLive().follow({ task: ({ task }) => take(task), load });
    void load();
  }

  async function fetchTask(id: string): Promise<void> {
    const answer = await ask<PatrolTask>(`/patrol/tasks/${encodeURIComponent(id)}`);
    if (answer.ok) take(answer.value);
  }

  const takeRound = (round: PatrolRound): void => {
    if ((rounds.value.get(round.id)?.version ?? 0) <= round.version)
      rounds.value = new Map(rounds.value).set(round.id, round);
  };
  async function fetchRound(id: string): Promise<void> {
    const answer = await ask<PatrolRound>(`/patrol/rounds/${encodeURIComponent(id)}`);
    if (answer.ok) takeRound(answer.value);
  }

  return { byId, rounds, open, isLoaded, problem, begin, take, takeRound, fetchTask, fetchRound };
});
