import { watch } from 'vue';
import { type LocationQuery, useRoute, useRouter } from 'vue-router';
import { SEVERITIES, type Severity } from '../severity/levels.ts';
import { useAlarmList } from './list-store.ts';
import { TABS, type Tab } from './states.ts';

export type Address = Readonly<{ tab: Tab; search: string; severities: readonly Severity[] }>;

/** Filters live in the address, so that it can be given to a colleague and Back works. */
export function readAddress(query: LocationQuery): Address {
  const tab = TABS.find((one) => one === query['tab']) ?? 'new';
  const search = typeof query['q'] === 'string' ? query['q'] : '';
  const wanted = typeof query['level'] === 'string' ? query['level'].split(',') : [];
  return { tab, search, severities: SEVERITIES.filter((severity) => wanted.includes(String(severity))) };
}

export function writeAddress({ tab, search, severities }: Address): Record<string, string> {
  return {
    ...(tab === 'new' ? {} : { tab }),
    ...(search === '' ? {} : { q: search }),
    ...(severities.length === 0 ? {} : { level: [...severities].sort().join(',') }),
  };
}

/** Keeps the list's filter and the address in step. */
export function useAddress(): void {
  const route = useRoute();
  const router = useRouter();
  const list = useAlarmList();
  watch(
    () => route.query,
    (query) => {
      const { tab, search, severities } = readAddress(query);
      list.tab = tab;
      list.search = search;
      if (severities.join() !== list.severities.join()) list.severities = severities;
    },
    { immediate: true },
  );
  watch([() => list.tab, () => list.search, () => list.severities], ([tab, search, severities]) => {
    void router.replace({ ...route, query: writeAddress({ tab, search, severities }) });
  });
}
