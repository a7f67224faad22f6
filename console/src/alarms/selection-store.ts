import { defineStore } from 'pinia';
import { computed } from 'vue';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { useAlarms } from './alarms-store.ts';
import { useAlarmList } from './list-store.ts';

/** As many as the gateway takes in one request. */
export const SELECTED_MAX = 200;

/** What is chosen in the list for one act together (多选). */
export const useSelection = defineStore('alarm-selection', () => {
  const alarms = useAlarms();
  const list = useAlarmList();
  const chosen = computed<readonly Alarm[]>(() => [...list.selected].flatMap((id) => alarms.byId(id) ?? []));

  /** Beyond the most that go together nothing more is taken in. */
  function keep(ids: Iterable<string>): void {
    list.selected = new Set([...ids].slice(0, SELECTED_MAX));
  }

  function toggle(id: string | undefined): void {
    if (id === undefined) return;
    keep(list.selected.has(id) ? [...list.selected].filter((one) => one !== id) : [...list.selected, id]);
  }

  /** The highlighted one and the next to it; the way back lets go what it leaves. */
  function extend(by: 1 | -1): void {
    const from = list.highlighted;
    if (from === undefined) return;
    const to = list.ids[list.ids.indexOf(from) + by];
    const isWayBack = to !== undefined && list.selected.has(to) && list.selected.has(from);
    if (isWayBack) toggle(from);
    else keep([...list.selected, from, ...(to === undefined ? [] : [to])]);
    list.step(by);
  }

  /** False where nothing was chosen, so that Esc can go on to what is open. */
  function clear(): boolean {
    const wasThere = list.selected.size > 0;
    keep([]);
    return wasThere;
  }

  return { chosen, keep, toggle, extend, clear };
});
