import type { Actor } from '../domain/actor.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type OrderAction, type OrderState, stepOf, stepped, type WorkOrder } from '../domain/work-order.ts';

/** What a person asks of one order. `version` is the one they saw: an older one is a conflict, never an overwrite. */
export type OrderCommand = Readonly<{
  action: OrderAction;
  version: number;
  by: Actor;
  note: string | undefined;
  /** On `assign`: the person or firm. */
  to: string | undefined;
}>;

export type OrderFault =
  | Readonly<{ kind: 'unknown-order' }>
  | Readonly<{ kind: 'conflict'; present: WorkOrder }>
  | Readonly<{ kind: 'not-possible'; present: WorkOrder; from: readonly OrderState[] }>
  | Readonly<{ kind: 'bad-value'; fault: BadValue }>;

const NOT_DONE: readonly OrderState[] = ['open', 'assigned', 'underway'];
const POSSIBLE_FROM: Readonly<Record<OrderAction, readonly OrderState[]>> = {
  assign: NOT_DONE,
  start: ['open', 'assigned'],
  finish: NOT_DONE,
  verify: ['done'],
  return: ['done'],
  cancel: [...NOT_DONE, 'done'],
  comment: [...NOT_DONE, 'done'],
};

/** What must be said with it, and why it is asked for. */
const NEEDED: Partial<Record<OrderAction, string>> = {
  finish: 'what was done',
  return: 'what is still wrong',
  cancel: 'the reason',
  comment: 'the words',
};

/** The order after the act, or why it is not carried out. Pure. */
export function decideOrder(order: WorkOrder, command: OrderCommand, now: number): Result<WorkOrder, OrderFault> {
  const { action, version, by } = command;
  const note = command.note === '' ? undefined : command.note;
  const from = POSSIBLE_FROM[action];
  if (version !== order.version) return failed({ kind: 'conflict', present: order });
  if (!from.includes(order.state)) return failed({ kind: 'not-possible', present: order, from });
  const needed = NEEDED[action];
  if (needed !== undefined && note === undefined) return missing('note', needed);
  if (action === 'assign' && (command.to ?? '') === '') return missing('to', 'a person or firm');
  return ok(stepped(order, changesOf(order, command, now), stepOf(action, now, by, wordsOf(command, note))));
}

const missing = (field: string, expected: string): Result<never, OrderFault> =>
  failed({ kind: 'bad-value', fault: badValue('missing-field', field, '', expected) });

/** Whom it was given to stands in the history too. */
const wordsOf = ({ action, to }: OrderCommand, note: string | undefined): string | undefined =>
  action === 'assign' ? [`→ ${to}`, note].filter((part) => part !== undefined).join(' · ') : note;

function changesOf(order: WorkOrder, { action, by, to }: OrderCommand, now: number): Partial<WorkOrder> {
  switch (action) {
    case 'assign':
      return { state: 'assigned', assignee: to };
    case 'start':
      return { state: 'underway', assignee: order.assignee ?? by.name };
    case 'finish':
      return { state: 'done', assignee: order.assignee ?? by.name };
    case 'verify':
      return { state: 'verified', endedAt: now };
    case 'return':
      return { state: 'assigned' };
    case 'cancel':
      return { state: 'cancelled', endedAt: now };
    case 'comment':
      return {};
    default:
      return action satisfies never;
  }
}
