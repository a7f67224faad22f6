import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Severity } from '../severity/levels.ts';
import { useAlarms } from './alarms-store.ts';
import { gather, type ListFilter, view } from './list-view.ts';
import type { Tab } from './states.ts';

/** The pointer must have rested this long before the list may gather itself again. */
export const STILL_MS = 10_000;

/** What the list shows: a snapshot that stands still, and beside it what waits. */
export const useAlarmList = defineStore('alarm-list', () => {
  const alarms = useAlarms();
  const tab = ref<Tab>('new');
  const search = ref('');
  const severities = ref<readonly Severity[]>([]);
  const highlighted = ref<string>();
  const snapshot = shallowRef<readonly string[]>([]);
  /** Chosen for one act together (多选). */
  const selected = shallowRef<ReadonlySet<string>>(new Set());
  const isAtTop = ref(true);
  /** Rows that the highlight has left after something was done: they go with its next move. */
  const dealtWith = new Set<string>();

  const filter = computed<ListFilter>(() => ({
    tab: tab.value,
    search: search.value,
    severities: severities.value,
    at: alarms.shelfAt,
  }));
  const shown = computed(() => view(snapshot.value, alarms.all, filter.value));
  /** Everything one can step through with the keys: pinned red first. */
  const ids = computed(() => [...shown.value.pinned, ...shown.value.rows].map(({ id }) => id));

  function regather(): void {
    snapshot.value = gather(alarms.all, filter.value);
    if (highlighted.value === undefined || !ids.value.includes(highlighted.value)) highlighted.value = firstToDo();
  }

  /** The first red, or else the oldest that nobody accepted; it is marked, not opened. */
  function firstToDo(): string | undefined {
    const [red] = shown.value.pinned;
    if (red !== undefined) return red.id;
    const waiting = shown.value.rows.filter(({ state }) => state === 'new');
    const oldest = waiting.reduce<Alarm | undefined>(
      (found, alarm) => (found === undefined || alarm.occurredAt < found.occurredAt ? alarm : found),
      undefined,
    );
    return (oldest ?? shown.value.rows[0])?.id;
  }

  /** Moves the highlight by `by` rows; a greyed row that it leaves goes away. */
  function step(by: number): void {
    const at = ids.value.indexOf(highlighted.value ?? '');
    const next = ids.value[Math.min(Math.max(at + by, 0), ids.value.length - 1)];
    highlight(next);
  }

  function highlight(id: string | undefined): void {
    const before = highlighted.value;
    highlighted.value = id;
    if (before === id) return;
    if (before !== undefined) dealtWith.add(before);
    const gone = [...dealtWith].filter((one) => one !== id && shown.value.left.has(one));
    snapshot.value = snapshot.value.filter((one) => !gone.includes(one));
    dealtWith.clear();
  }

  /** After an alarm has been dealt with: on to the next one that still wants something. */
  function goOn(from: string): void {
    if (highlighted.value !== from) return;
    const at = ids.value.indexOf(from);
    const next = ids.value.slice(at + 1).find((id) => alarms.byId(id)?.state === 'new');
    if (next === undefined) return;
    dealtWith.add(from);
    highlighted.value = next;
  }

  /** Called now and then: gathers by itself where nobody is reading. */
  function settle(pointerStillMs: number): void {
    const isEmpty = shown.value.rows.length === shown.value.left.size;
    const isInHand = alarms.openId !== undefined || selected.value.size > 0;
    const isUnread = isAtTop.value && !isInHand && pointerStillMs >= STILL_MS;
    if (isUnread || isEmpty) {
      if (shown.value.pending.length + shown.value.left.size > 0) regather();
    }
  }

  function toggleSeverity(severity: Severity): void {
    severities.value = severities.value.includes(severity)
      ? severities.value.filter((one) => one !== severity)
      : [...severities.value, severity];
  }

  function clearFilter(): void {
    search.value = '';
    severities.value = [];
  }

  // What comes off the shelf waits like anything new: it does not gather the list again.
  watch([tab, search, severities, () => alarms.isLoaded], regather, { immediate: true });
  // Nobody acts on what the new filter no longer shows.
  watch([tab, search, severities], () => {
    selected.value = new Set();
  });

  return {
    tab,
    search,
    severities,
    highlighted,
    selected,
    isAtTop,
    shown,
    ids,
    regather,
    step,
    highlight,
    goOn,
    settle,
    toggleSeverity,
    clearFilter,
  };
});
