import type { Alarm, AlarmAction, AlarmCommand } from '../../../gateway/http/contract/alarms.ts';
import type { Problem } from '../../../gateway/http/contract/problem.ts';
import { ask, TIMED_OUT, UNREACHABLE } from '../api/request.ts';

export type Order = Readonly<{ action: AlarmAction; fields: Omit<AlarmCommand, 'version'> }>;
export type Done = Readonly<{ alarm: Alarm }> | Readonly<{ problem: Problem }>;

/**
 * One order about one alarm. `key` stays the same when the same tap is sent again, so that an order that did arrive
 * is not carried out twice.
 */
export async function giveOrder(alarm: Pick<Alarm, 'id' | 'version'>, order: Order, key: string): Promise<Done> {
  const body: AlarmCommand = { ...order.fields, version: alarm.version };
  const path = `/alarms/${encodeURIComponent(alarm.id)}/${order.action}`;
  const answer = await ask<Alarm>(path, { method: 'POST', body, key });
  return answer.ok ? { alarm: answer.value } : { problem: answer.problem };
}

/**
 * Whether nothing was decided between the alarm that a person saw and the present one: a picture that was added, a repetition
 * or a step of a linkage make a new version too.
 */
export const isUndecided = (seen: Alarm, present: Alarm): boolean =>
  (['state', 'condition', 'severity', 'assignee', 'verdict', 'centre', 'shelvedUntil'] as const).every(
    (field) => seen[field] === present[field],
  );

/** Whether it is unknown if the order arrived: only then may the same key be sent again. */
export const mayHaveArrived = ({ type, status }: Problem): boolean =>
  type === UNREACHABLE || type === TIMED_OUT || status >= 500;
