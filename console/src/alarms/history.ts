import { ref, watch } from 'vue';
import type { Alarm, AlarmDetail, HistoryItem } from '../../../gateway/http/contract/alarms.ts';
import { ask } from '../api/request.ts';
import { useAlarms } from './alarms-store.ts';

/** What one line of a history was done by: a device, a person, a linkage, or a rule of the gateway. */
export type Origin = 'device' | 'person' | 'linkage' | 'system';
const BY_DEVICE = ['raised', 'repeated', 'cleared'];
const BY_LINKAGE = ['evidence-added', 'linkage-asked', 'linkage-started', 'linkage-done'];

/** People act from a centre; a time limit that escalates does not. */
export function originOf({ kind, centre }: Pick<HistoryItem, 'kind' | 'centre'>): Origin {
  if (BY_DEVICE.includes(kind)) return 'device';
  if (BY_LINKAGE.includes(kind)) return 'linkage';
  return centre === undefined ? 'system' : 'person';
}

export type Line = HistoryItem & { times: number };
const FOLD_MS = 2_000;

/** Newest first; what a device repeated within two seconds is one line with a count. */
export function folded(history: readonly HistoryItem[]): readonly Line[] {
  const lines: Line[] = [];
  for (const item of [...history].sort((a, b) => b.seq - a.seq)) {
    const above = lines[lines.length - 1];
    const isSame = above?.kind === 'repeated' && item.kind === 'repeated';
    if (above !== undefined && isSame && Date.parse(above.at) - Date.parse(item.at) <= FOLD_MS) above.times += 1;
    else lines.push({ ...item, times: 1 });
  }
  return lines;
}

export const lastByPerson = (history: readonly HistoryItem[]): HistoryItem | undefined =>
  [...history].sort((a, b) => b.seq - a.seq).find((item) => originOf(item) === 'person' && item.by !== undefined);

async function fetchDetail(id: string): Promise<AlarmDetail | undefined> {
  const answer = await ask<AlarmDetail>(`/alarms/${encodeURIComponent(id)}`);
  if (!answer.ok) return undefined;
  useAlarms().take(withoutHistory(answer.value));
  return answer.value;
}

export const fetchHistory = async (id: string): Promise<readonly HistoryItem[]> =>
  (await fetchDetail(id))?.history ?? [];

function withoutHistory({ history: _, ...alarm }: AlarmDetail): Alarm {
  return alarm;
}

/**
 * The history of the alarm that is open, fetched again with every new version of it, and the version that it tells of: 0
 * before the first answer.
 */
export function useHistory(id: () => string, version: () => number | undefined) {
  const history = ref<readonly HistoryItem[]>([]);
  const told = ref(0);
  watch(
    [id, version],
    async ([wanted], before) => {
      if (before[0] !== wanted) {
        history.value = [];
        told.value = 0;
      }
      const found = await fetchDetail(wanted);
      if (found === undefined || id() !== wanted || found.version < told.value) return;
      history.value = found.history;
      told.value = found.version;
    },
    { immediate: true },
  );
  return { history, told };
}
