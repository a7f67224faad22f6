import type { Alarm, AlarmAction } from '../../../gateway/http/contract/alarms.ts';

export type AlarmState = Alarm['state'];
export const STEPS: readonly AlarmState[] = ['new', 'acknowledged', 'dispatched', 'handling', 'resolved', 'closed'];

export type Tab = 'new' | 'working' | 'check' | 'shelved' | 'all';
export const TABS: readonly Tab[] = ['new', 'working', 'check', 'shelved', 'all'];

const OF_TAB: Readonly<Record<Tab, readonly AlarmState[]>> = {
  new: ['new'],
  working: ['acknowledged', 'dispatched', 'handling'],
  check: ['resolved'],
  shelved: [],
  all: STEPS,
};

type Shelvable = Pick<Alarm, 'state'> & Readonly<{ shelvedUntil?: Alarm['shelvedUntil'] | undefined }>;

/** Hidden (挂起) until a time that lies after `at`; once the alarm is resolved nothing is hidden any more. */
export const isShelved = ({ state, shelvedUntil }: Shelvable, at: number): boolean =>
  shelvedUntil !== undefined && state !== 'resolved' && state !== 'closed' && Date.parse(shelvedUntil) > at;

/** What is shelved at that moment waits in its own tab and is not among what wants an answer. */
export function isInTab(tab: Tab, alarm: Shelvable, at = 0): boolean {
  if (tab !== 'all' && isShelved(alarm, at)) return tab === 'shelved';
  return OF_TAB[tab].includes(alarm.state);
}
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
  shelve: ['new', 'acknowledged'],
  comment: STEPS,
};

export const isOffered = (action: AlarmAction, { state }: Pick<Alarm, 'state'>): boolean =>
  OFFERED[action]?.includes(state) ?? false;

/** A red alarm is never hidden from the seat, nor accepted among others: it wants a person of its own. */
export const isShelvable = (alarm: Pick<Alarm, 'state' | 'severity'>): boolean =>
  alarm.severity > 1 && isOffered('shelve', alarm);
