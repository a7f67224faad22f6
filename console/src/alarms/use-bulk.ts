import { ref } from 'vue';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { newId } from '../api/new-id.ts';
import { mayHaveArrived } from './act.ts';
import { useAlarms } from './alarms-store.ts';
import { type BulkOrder, giveBulk, type Refusal } from './bulk.ts';
import { useSelection } from './selection-store.ts';

/** One act for all that is chosen. What was refused stays chosen, with the reason of each. */
export function useBulk(onDone: (count: number, order: BulkOrder) => void) {
  const alarms = useAlarms();
  const selection = useSelection();
  const isBusy = ref(false);
  const problem = ref<Problem>();
  const refused = ref<readonly Refusal[]>([]);
  let failed: { of: readonly Alarm[]; order: BulkOrder; key: string } | undefined;

  async function give(of: readonly Alarm[], order: BulkOrder, key = newId()): Promise<void> {
    if (isBusy.value || of.length === 0) return;
    isBusy.value = true;
    clear();
    const answer = await giveBulk(of, order, key);
    isBusy.value = false;
    if ('problem' in answer) {
      failed = { of, order, key };
      problem.value = answer.problem;
      return;
    }
    for (const alarm of [...answer.done, ...answer.refused.map((one) => one.alarm)]) alarms.take(alarm);
    refused.value = answer.refused;
    selection.keep(answer.refused.map(({ alarm }) => alarm.id));
    onDone(answer.done.length, order);
  }

  /** With the same key where the first attempt may have arrived. */
  async function again(): Promise<void> {
    if (failed === undefined || problem.value === undefined) return;
    const { of, order, key } = failed;
    await give(of, order, mayHaveArrived(problem.value) ? key : newId());
  }

  function clear(): void {
    problem.value = undefined;
    refused.value = [];
  }

  return { isBusy, problem, refused, give, again, clear };
}
