import { onBeforeUnmount, onMounted, ref, shallowRef } from 'vue';
import type { ArmingPlan, MaintenanceWindow } from '../../../gateway/http/contract/places.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask } from '../api/request.ts';

const AGAIN_MS = 15_000;

/** Arming plans and maintenance windows in scope, asked again each 15 s while somebody looks: hours come and go. */
export function useArming() {
  const plans = shallowRef<readonly ArmingPlan[]>([]);
  const windows = shallowRef<readonly MaintenanceWindow[]>([]);
  const problem = ref<Problem>();
  const isLoaded = ref(false);

  async function load(): Promise<void> {
    const [armed, worked] = await Promise.all([
      ask<{ items: ArmingPlan[] }>('/arming'),
      ask<{ items: MaintenanceWindow[] }>('/maintenance'),
    ]);
    isLoaded.value = true;
    problem.value = armed.ok ? (worked.ok ? undefined : worked.problem) : armed.problem;
    if (armed.ok) plans.value = armed.value.items;
    if (worked.ok) windows.value = worked.value.items.sort((a, b) => b.from.localeCompare(a.from));
  }

  let again: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    void load();
    again = setInterval(() => document.visibilityState === 'visible' && void load(), AGAIN_MS);
  });
  onBeforeUnmount(() => clearInterval(again));
  return { plans, windows, problem, isLoaded, load };
}
