import { computed, ref } from 'vue';
import type { Alarm, HistoryItem } from '../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { newId } from '../api/new-id.ts';
import { type Done, giveOrder, isUndecided, mayHaveArrived, type Order } from './act.ts';
import { useAlarms } from './alarms-store.ts';
import { fetchHistory, lastByPerson } from './history.ts';

/** Somebody else was first: what they did, and the alarm as it stands now. */
export type Conflict = Readonly<{ present: Alarm; by: HistoryItem | undefined }>;

/** A picture, a clip and a repetition may each come while an order is on its way. */
const GIVEN_AGAIN_MAX = 3;

/** Gives one order at a time and keeps what went wrong with it, so that it can be given again. */
export function useOrder(onDone: (alarm: Alarm, order: Order) => void) {
  const alarms = useAlarms();
  const isBusy = ref(false);
  const problem = ref<Problem>();
  const conflict = ref<Conflict>();
  let failed: { alarm: Pick<Alarm, 'id' | 'version'>; order: Order; key: string } | undefined;

  async function give(alarm: Pick<Alarm, 'id' | 'version'>, order: Order, key: string = newId()): Promise<void> {
    if (isBusy.value) return;
    isBusy.value = true;
    clear();
    const done = await giveUnlessDecided(alarm, order, key);
    isBusy.value = false;
    if ('alarm' in done) {
      alarms.take(done.alarm);
      return onDone(done.alarm, order);
    }
    failed = { alarm, order, key };
    await explain(done.problem);
  }

  /** What came meanwhile and decides nothing, such as the picture of the place, is no reason to ask the person again. */
  async function giveUnlessDecided(alarm: Pick<Alarm, 'id' | 'version'>, order: Order, key: string): Promise<Done> {
    const seen = alarms.byId(alarm.id);
    let done = await giveOrder(alarm, order, key);
    for (let times = 0; times < GIVEN_AGAIN_MAX; times += 1) {
      const present = 'problem' in done ? done.problem.alarm : undefined;
      if (present === undefined || seen === undefined || !isUndecided(seen, present)) break;
      done = await giveOrder(present, order, newId());
    }
    return done;
  }

  async function explain(found: Problem): Promise<void> {
    if (found.status !== 409 || found.alarm === undefined) {
      problem.value = found;
      return;
    }
    const present = found.alarm;
    alarms.take(present);
    const history = await fetchHistory(present.id);
    conflict.value = { present, by: lastByPerson(history) };
  }

  /** The same order again: on the new state after a conflict, with the same key where it may have arrived. */
  async function again(): Promise<void> {
    if (failed === undefined) return;
    const { alarm, order, key } = failed;
    const present = conflict.value?.present;
    if (present !== undefined) return give(present, order);
    await give(alarm, order, problem.value !== undefined && mayHaveArrived(problem.value) ? key : newId());
  }

  function clear(): void {
    problem.value = undefined;
    conflict.value = undefined;
  }

  const hasFailed = computed(() => problem.value !== undefined || conflict.value !== undefined);
  return { isBusy, problem, conflict, hasFailed, give, again, clear };
}
