import type { Alarm, AlarmState } from '../domain/alarm.ts';
import { type BadValue, badValue } from '../domain/bad-value.ts';
import type { AlarmEntry } from '../domain/entry.ts';
import { centreAbove } from '../domain/escalation.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { AlarmAction, AlarmOrder, OrderFault } from './command.ts';

/** In which states an order makes sense; an alarm that is closed takes nothing but reopening and a comment. */
const POSSIBLE_FROM: Readonly<Record<AlarmAction, readonly AlarmState[]>> = {
  acknowledge: ['new'],
  dispatch: ['new', 'acknowledged', 'dispatched', 'handling'],
  arrive: ['acknowledged', 'dispatched', 'handling'],
  handle: ['acknowledged', 'dispatched'],
  resolve: ['new', 'acknowledged', 'dispatched', 'handling'],
  close: ['resolved'],
  reopen: ['resolved', 'closed'],
  return: ['dispatched', 'handling'],
  escalate: ['new', 'acknowledged', 'dispatched', 'handling'],
  transfer: ['new', 'acknowledged', 'dispatched', 'handling'],
  shelve: ['new', 'acknowledged'],
  unshelve: ['new', 'acknowledged'],
  comment: ['new', 'acknowledged', 'dispatched', 'handling', 'resolved', 'closed'],
};

/** An alarm is hidden for at most a shift. */
const SHELVE_MAX_MS = 8 * 3_600_000;

/** What a person's order leads to, or why it does not. Pure; `now` is when the gateway took it. */
export function decideOrder(alarm: Alarm, order: AlarmOrder, now: number): Result<AlarmEntry, OrderFault> {
  if (order.version !== alarm.version) return failed({ kind: 'conflict', present: alarm });
  const from = POSSIBLE_FROM[order.action];
  if (!from.includes(alarm.state)) return failed({ kind: 'not-possible', present: alarm, from });
  const entry = entryOf(alarm, order, now);
  return entry.ok ? entry : failed({ kind: 'bad-value', fault: entry.error });
}

function entryOf(alarm: Alarm, order: AlarmOrder, now: number): Result<AlarmEntry, BadValue> {
  const common = { alarm: alarm.id, by: order.by, note: order.note, doneAt: order.doneAt };
  switch (order.action) {
    case 'acknowledge':
      return ok({ kind: 'acknowledged', ...common });
    case 'dispatch':
      return given(order.assignee, 'assignee', 'a team or post', (assignee) => ({
        kind: 'dispatched',
        ...common,
        assignee,
      }));
    case 'arrive':
      return ok({ kind: 'arrived', ...common });
    case 'handle':
      return ok({ kind: 'handled', ...common });
    case 'resolve':
      return given(order.verdict, 'verdict', 'real, falseAlarm, test or duplicate', (verdict) => ({
        kind: 'resolved',
        ...common,
        verdict,
      }));
    case 'close':
      return ok({ kind: 'closed', ...common });
    case 'reopen':
      return given(order.note, 'note', 'the reason', () => ({ kind: 'reopened', ...common }));
    case 'return':
      return given(order.note, 'note', 'the reason', () => ({ kind: 'returned', ...common }));
    case 'escalate':
      return given(order.to ?? centreAbove(alarm), 'to', 'a centre above this one', (to) => ({
        kind: 'escalated',
        ...common,
        to,
      }));
    case 'transfer':
      return given(order.to, 'to', 'the division code of a centre', (to) => ({ kind: 'transferred', ...common, to }));
    case 'shelve':
      return shelve(order, now, (until) => ({ kind: 'shelved', ...common, until }));
    case 'unshelve':
      return unshelve(alarm, now, () => ({ kind: 'unshelved', ...common }));
    case 'comment':
      return given(order.note, 'note', 'the words', () => ({ kind: 'commented', ...common }));
    default:
      return order.action satisfies never;
  }
}

function given<T>(
  value: T | undefined,
  field: string,
  expected: string,
  make: (value: T) => AlarmEntry,
): Result<AlarmEntry, BadValue> {
  if (value === undefined || value === '') return failed(badValue('missing-field', field, '', expected));
  return ok(make(value));
}

function shelve(order: AlarmOrder, now: number, make: (until: number) => AlarmEntry): Result<AlarmEntry, BadValue> {
  const { until } = order;
  if (until === undefined) return failed(badValue('missing-field', 'until', '', 'a time within 8 hours'));
  if (until <= now || until > now + SHELVE_MAX_MS) {
    return failed(badValue('out-of-range', 'until', new Date(until).toISOString(), 'a time within 8 hours from now'));
  }
  return given(order.note, 'note', 'the reason', () => make(until));
}

/** Before its time only: what has come back by itself is not hidden any more. */
function unshelve({ shelvedUntil }: Alarm, now: number, make: () => AlarmEntry): Result<AlarmEntry, BadValue> {
  if (shelvedUntil !== undefined && shelvedUntil > now) return ok(make());
  const said = shelvedUntil === undefined ? '' : new Date(shelvedUntil).toISOString();
  return failed(badValue('out-of-range', 'shelvedUntil', said, 'an alarm that is shelved now'));
}
