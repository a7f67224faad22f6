import { onBeforeUnmount, onMounted, ref, shallowRef, watch } from 'vue';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import type { OrderPage, WorkOrder } from '../../../gateway/http/contract/work-orders.ts';
import { ask } from '../api/request.ts';

/** What the page shows, each with the question behind it. */
export const TABS = {
  waiting: '',
  check: 'state=done',
  overdue: 'overdue=true',
  mine: 'mine=true',
  ended: 'state=verified,recovered,cancelled',
} as const;
export type Tab = keyof typeof TABS;
export const TAB_NAMES = Object.keys(TABS) as Tab[];

const PAGE = 50;
/** Rows that are held at most; who wants more narrows the question or takes the table. */
const ROWS_MAX = 1_000;
const AGAIN_MS = 15_000;

/** Work orders as the page shows them: asked again each 15 s while somebody looks. */
export function useOrders() {
  const tab = ref<Tab>('waiting');
  const orders = shallowRef<readonly WorkOrder[]>([]);
  const total = ref(0);
  const next = ref<string>();
  const problem = ref<Problem>();
  const isLoaded = ref(false);
  let turn = 0;

  /** A change of the question makes an answer under way void. */
  async function fetchPage(limit: number, cursor?: string): Promise<OrderPage | undefined> {
    const mine = ++turn;
    const parts = [TABS[tab.value], `limit=${limit}`, cursor === undefined ? '' : `cursor=${cursor}`];
    const answer = await ask<OrderPage>(`/work-orders?${parts.filter((part) => part !== '').join('&')}`);
    if (mine !== turn) return undefined;
    problem.value = answer.ok ? undefined : answer.problem;
    isLoaded.value = true;
    return answer.ok ? answer.value : undefined;
  }

  async function load(): Promise<void> {
    const page = await fetchPage(Math.min(200, Math.max(PAGE, orders.value.length)));
    if (page !== undefined) [orders.value, total.value, next.value] = [page.items, page.total, page.next];
  }

  async function more(): Promise<void> {
    if (next.value === undefined) return;
    const page = await fetchPage(PAGE, next.value);
    if (page === undefined) return;
    const all = [...orders.value, ...page.items].slice(0, ROWS_MAX);
    [orders.value, total.value, next.value] = [all, page.total, all.length < ROWS_MAX ? page.next : undefined];
  }

  const put = (order: WorkOrder): void => {
    orders.value = orders.value.map((one) => (one.id === order.id ? order : one));
  };

  watch(tab, () => {
    [orders.value, next.value, isLoaded.value] = [[], undefined, false];
    void load();
  });
  let again: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    void load();
    again = setInterval(() => document.visibilityState === 'visible' && void load(), AGAIN_MS);
  });
  onBeforeUnmount(() => clearInterval(again));

  return { tab, orders, total, next, problem, isLoaded, load, more, put };
}
