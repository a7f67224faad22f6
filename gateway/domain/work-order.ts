import type { Actor } from './actor.ts';
import type { AlarmId } from './alarm.ts';
import type { DeviceId } from './device.ts';
import type { Place } from './place.ts';
import type { RegionCode } from './region.ts';
import { covers, type Scope } from './scope.ts';
import type { Severity } from './severity.ts';

/** UUID, version 7. */
export type OrderId = string;

/** How far a repair is (工单状态): 待派工, 已派工, 维修中, 待验收, 已验收, 已自行恢复, 已撤销. */
export const ORDER_STATES = ['open', 'assigned', 'underway', 'done', 'verified', 'recovered', 'cancelled'] as const;
export type OrderState = (typeof ORDER_STATES)[number];
export const ENDED_STATES: readonly OrderState[] = ['verified', 'recovered', 'cancelled'];
export const isEnded = ({ state }: Pick<WorkOrder, 'state'>): boolean => ENDED_STATES.includes(state);

/** What people do with one (派工, 开工, 完工, 验收, 退回返修, 撤销, 备注). */
export const ORDER_ACTIONS = ['assign', 'start', 'finish', 'verify', 'return', 'cancel', 'comment'] as const;
export type OrderAction = (typeof ORDER_ACTIONS)[number];

/** A line of its history; those beside people's acts are the gateway's own. */
export type OrderStep = Readonly<{
  action: OrderAction | 'opened' | 'again' | 'cleared';
  at: number;
  by: string;
  note: string | undefined;
}>;
/** Steps that are kept in the order itself; the log has them all. */
export const STEPS_MAX = 50;

/** The repair of one fault of one device (工单). Times are milliseconds since 1970, UTC. */
export type WorkOrder = Readonly<{
  id: OrderId;
  device: DeviceId;
  deviceName: string;
  /** The alarm type that tells of it, or `reported` where a person did (报修). */
  fault: string;
  title: Readonly<{ zh: string; en: string }>;
  severity: Severity;
  region: RegionCode;
  compound: string | undefined;
  place: Place;
  state: OrderState;
  /** The person or firm that is to do it. */
  assignee: string | undefined;
  /** The latest alarm that told of the fault, and how many did. */
  alarm: AlarmId | undefined;
  times: number;
  /** Whether the fault is there now, as far as the device says; a person's word has no end of its own. */
  isActive: boolean;
  openedAt: number;
  dueAt: number | undefined;
  endedAt: number | undefined;
  steps: readonly OrderStep[];
  /** The journal's number of the last entry of an alarm that was looked at: what comes again is known by it. */
  seenSeq: number;
  version: number;
}>;

export const REPORTED = 'reported';

export const seesOrder = (scope: Scope, { region, compound, place }: WorkOrder): boolean =>
  covers(scope, { region, compound, line: place.line });

/** The order with one more step. */
export function stepped(order: WorkOrder, changes: Partial<WorkOrder>, step: OrderStep): WorkOrder {
  return { ...order, ...changes, steps: [...order.steps, step].slice(-STEPS_MAX), version: order.version + 1 };
}

export const stepOf = (action: OrderStep['action'], at: number, { name }: Actor, note?: string): OrderStep => ({
  action,
  at,
  by: name,
  note,
});
