import type { Alarm, AlarmAction } from '../../../gateway/http/contract/alarms.ts';

export type AlarmState = Alarm['state'];
export const STEPS: readonly AlarmState[] = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved', 'closed'];

export type Tab = 'new' | 'working' | 'check' | 'all';
export const TABS: readonly Tab[] = ['new', 'working', 'check', 'all'];

const OF_TAB: Readonly<Record<Tab, readonly AlarmState[]>> = {
  new: ['new'],
  working: ['acknowledged', 'dispatched', 'handling'],
  check: ['resolved'],
  all: STEPS,
};

export const isInTab = (tab: Tab, { state }: Pick<Alarm, 'state'>): boolean => OF_TAB[tab].includes(state);
export const tabOf = (state: AlarmState): Tab => TABS.find((tab) => OF_TAB[tab].includes(state)) ?? 'all';
export const isOpen = ({ state }: Pick<Alarm, 'state'>): boolean => state !== 'resolved' && state !== 'closed';

const UNDER_WORK: readonly AlarmState[] = ['acknowledged', 'dispatched', 'handling'];
const OPEN: readonly AlarmState[] = ['new', ...UNDER_WORK];

/**
 * In which states a button for an act is offered. The gateway alone decides what is allowed: what it refuses is
 * said in words, so this table only spares the operator buttons that make no sense.
 */
const OFFERED: Readonly<Partial<Record<AlarmAction, readonly AlarmState[]>>> = {
  acknowledge: ['new'],
  dispatch: OPEN,
  handle: ['acknowledged', 'dispatched'],
  resolve: OPEN,
  close: ['resolved'],
  reopen: ['resolved', 'closed'],
  escalate: OPEN,
  comment: STEPS,
};

export const isOffered = (action: AlarmAction, { state }: Pick<Alarm, 'state'>): boolean =>
  OFFERED[action]?.includes(state) ?? false;
