import type { WorkOrder } from '../../../gateway/http/contract/work-orders.ts';
import type { Right } from '../session/rights.ts';

export type OrderAct = 'assign' | 'start' | 'finish' | 'verify' | 'return' | 'comment' | 'cancel';
type State = WorkOrder['state'];

const NOT_DONE: readonly State[] = ['open', 'assigned', 'underway'];

/** Buttons in their order: from which state, for whom, and what must be said. */
const ACTS: readonly Readonly<{ act: OrderAct; from: readonly State[]; right: Right; needs?: 'note' | 'to' }>[] = [
  { act: 'verify', from: ['done'], right: 'settleOrder' },
  { act: 'return', from: ['done'], right: 'settleOrder', needs: 'note' },
  { act: 'assign', from: NOT_DONE, right: 'settleOrder', needs: 'to' },
  { act: 'start', from: ['open', 'assigned'], right: 'actOrder' },
  { act: 'finish', from: NOT_DONE, right: 'actOrder', needs: 'note' },
  { act: 'comment', from: [...NOT_DONE, 'done'], right: 'actOrder', needs: 'note' },
  { act: 'cancel', from: [...NOT_DONE, 'done'], right: 'settleOrder', needs: 'note' },
];

/** What this person may do with an order in this state. The gateway decides all the same. */
export const actsOf = (state: State, may: (right: Right) => boolean) =>
  ACTS.filter(({ from, right }) => from.includes(state) && may(right));

export const needOf = (act: OrderAct): 'note' | 'to' | undefined => ACTS.find((one) => one.act === act)?.needs;
