import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ENDED_STATES, isEnded, ORDER_ACTIONS, type WorkOrder } from '../../../gateway/domain/work-order.ts';
import { decideOrder, type OrderCommand } from '../../../gateway/workorders/order-step.ts';
import { someOrder } from '../../parts/some-order.ts';

const BY = { name: 'lihua', centre: undefined };
const command = (action: OrderCommand['action'], more: Partial<OrderCommand> = {}): OrderCommand => ({
  action,
  version: 1,
  by: BY,
  note: 'the connector was wet',
  to: 'Keli',
  ...more,
});
const after = (order: WorkOrder, given: OrderCommand): WorkOrder => {
  const decided = decideOrder(order, given, 1_000);
  if (!decided.ok) throw new Error(`${given.action} of ${order.state}: ${decided.error.kind}`);
  return decided.value;
};

it('goes from the opening over a person to the verification, each step with who and what', () => {
  const done = ['assign', 'start', 'finish', 'return', 'finish', 'verify'] as const;
  const end = done.reduce((order, action) => after(order, command(action, { version: order.version })), someOrder());
  expect(end).toMatchObject({ state: 'verified', assignee: 'Keli', endedAt: 1_000, version: 7 });
  expect(end.steps.slice(1).map(({ action }) => action)).toEqual(done);
  expect(end.steps[1]).toMatchObject({ by: 'lihua', note: '→ Keli · the connector was wet' });
});

it('gives an order that nobody had to the one who begins it', () => {
  expect(after(someOrder(), command('start'))).toMatchObject({ state: 'underway', assignee: 'lihua' });
});

it.each([
  ['finish', 'note'],
  ['return', 'note'],
  ['cancel', 'note'],
  ['comment', 'note'],
  ['assign', 'to'],
] as const)('asks for what %s must say', (action, field) => {
  const order = someOrder({ state: action === 'return' ? 'done' : 'open' });
  const decided = decideOrder(order, command(action, { note: '', to: '' }), 0);
  expect(decided).toMatchObject({ ok: false, error: { kind: 'bad-value', fault: { field } } });
});

it('is never changed under a version that somebody else went past, nor after its end, whatever is asked', () => {
  const asked = fc.record({
    action: fc.constantFrom(...ORDER_ACTIONS),
    isOld: fc.boolean(),
    note: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
    to: fc.option(fc.string({ maxLength: 5 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 30 }), (all) => {
      let order = someOrder();
      for (const { isOld, ...given } of all) {
        const was = order;
        const decided = decideOrder(order, { ...given, by: BY, version: isOld ? was.version - 1 : was.version }, 1);
        if (!decided.ok) continue;
        order = decided.value;
        expect(isOld || isEnded(was)).toBe(false);
        expect(order.version).toBe(was.version + 1);
        expect(order.steps.length).toBe(Math.min(50, was.steps.length + 1));
        expect(order.endedAt !== undefined).toBe(ENDED_STATES.includes(order.state));
      }
    }),
  );
});
