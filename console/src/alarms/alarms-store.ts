import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef, watch } from 'vue';
import type { Alarm, AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import type { Change } from '../../../gateway/http/contract/live.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask, query } from '../api/request.ts';
import { useLive } from '../live/live-store.ts';
import { SEVERITIES, type Severity } from '../severity/levels.ts';
import { ALARMS_MAX, AlarmBook } from './alarm-book.ts';
import { withoutMembers } from './list-view.ts';
import { isInTab, isShelved, TABS } from './states.ts';

const PAGE = 500;
const HELD_STATES = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved'] as const;

export type Raised = Readonly<{ alarm: Alarm; at: number }>;

/** The alarms in scope, as the feed keeps them; every screen that shows alarms reads them here. */
export const useAlarms = defineStore('alarms', () => {
  const book = shallowRef(new AlarmBook());
  const isLoaded = ref(false);
  const problem = ref<Problem>();
  /** The alarm whose detail is open; it survives every reload. */
  const openId = ref<string>();
  /** Alarms of the last batch that were raised or got graver, for sound and for those who listen. */
  const news = shallowRef<readonly Alarm[]>([]);

  const all = computed(() => book.value.all());
  const byId = (id: string): Alarm | undefined => book.value.get(id);

  const live = useLive();
  /** The moment by which what is shelved is judged: it moves on only when something comes off the shelf. */
  const shelfAt = ref(0);
  const nextOffShelf = computed(() => {
    const shelved = all.value.filter((alarm) => isShelved(alarm, shelfAt.value));
    return Math.min(...shelved.map(({ shelvedUntil = '' }) => Date.parse(shelvedUntil)));
  });
  watch(
    () => live.now >= nextOffShelf.value,
    (isOver) => {
      if (isOver) shelfAt.value = live.now;
    },
    { flush: 'sync' },
  );

  /** What has a row of its own in the list: counts are of these, so that they agree with what one sees. */
  const standing = computed(() => withoutMembers(all.value, shelfAt.value));
  const unaccepted = computed(() => standing.value.filter((alarm) => isInTab('new', alarm, shelfAt.value)));
  const countOf = computed(
    () =>
      new Map<Severity, number>(
        SEVERITIES.map((level) => [level, unaccepted.value.filter((alarm) => alarm.severity === level).length]),
      ),
  );
  const countIn = computed(
    () =>
      new Map(
        TABS.map((tab) => {
          const held = tab === 'shelved' || tab === 'all' ? all.value : standing.value;
          return [tab, held.filter((alarm) => isInTab(tab, alarm, shelfAt.value)).length];
        }),
      ),
  );

  /** The gateway's page reflects a seq; the oldest one of all pages is where the feed goes on. */
  async function load(): Promise<number | undefined> {
    const found: Alarm[] = [];
    let seq: number | undefined;
    let cursor: string | undefined;
    do {
      const path = `/alarms${query({ state: HELD_STATES, limit: PAGE, cursor })}`;
      const answer = await ask<AlarmPage>(path);
      problem.value = answer.ok ? undefined : answer.problem;
      if (!answer.ok) return undefined;
      found.push(...answer.value.items);
      seq ??= answer.value.seq;
      cursor = answer.value.next;
    } while (cursor !== undefined && found.length < ALARMS_MAX);
    book.value.reset(found, openId.value);
    isLoaded.value = true;
    triggerRef(book);
    return seq;
  }

  function apply(batch: readonly Change[]): void {
    const raised = new Map(batch.filter(({ alarm }) => isNews(alarm)).map(({ alarm }) => [alarm.id, alarm]));
    book.value.putAll(batch.map(({ alarm }) => alarm));
    triggerRef(book);
    if (raised.size > 0) news.value = [...raised.values()];
  }

  /** What the gateway answered to a write, before the feed brings the same. */
  function take(alarm: Alarm): void {
    book.value.putAll([alarm]);
    triggerRef(book);
  }

  function isNews(alarm: Alarm): boolean {
    const held = book.value.get(alarm.id);
    return alarm.state === 'new' && (held === undefined || alarm.severity < held.severity);
  }

  let unfollow: (() => void) | undefined;
  function begin(): void {
    unfollow ??= live.follow({ changes: apply, load });
  }

  function end(): void {
    unfollow?.();
    unfollow = undefined;
    book.value = new AlarmBook();
    isLoaded.value = false;
  }

  return {
    all,
    byId,
    news,
    isLoaded,
    problem,
    openId,
    shelfAt,
    unaccepted,
    countOf,
    countIn,
    load,
    apply,
    take,
    begin,
    end,
  };
});
