import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import type { AlarmEntry } from '../../../gateway/domain/entry.ts';
import { isEnded, type WorkOrder } from '../../../gateway/domain/work-order.ts';
import type { Recorded } from '../../../gateway/journal/journal.ts';
import { isForMaintainer, orderAfter, SAME_FAULT_MS } from '../../../gateway/workorders/alarm-order.ts';
import { MORNING, someAlarm } from '../../parts/recorded.ts';

const offline = (more: Partial<Alarm> = {}): Alarm =>
  someAlarm({ type: 'device.offline', severity: 3, title: { zh: '设备离线', en: 'Device offline' }, ...more });

/** Tells entries one after the other, each with the alarm as it leaves it, and keeps the latest order. */
function orders() {
  let [seq, latest, made] = [0, undefined as WorkOrder | undefined, 0];
  const hear = (kind: 'raised' | 'repeated' | 'cleared', alarm: Alarm, at: number): WorkOrder | undefined => {
    seq += 1;
    const recorded: Recorded = { seq, at, entry: { kind, alarm: alarm.id } as AlarmEntry, alarm };
    const newId = () => `order-${++made}`;
    const order = orderAfter({ recorded, alarm, latest, deviceName: 'fence', newId });
    if (order !== undefined) {
      // the same entry, told again after a crash, is known
      expect(orderAfter({ recorded, alarm, latest: order, deviceName: 'fence', newId })).toBeUndefined();
      latest = order;
    }
    return order;
  };
  return { hear, put: (order: WorkOrder) => (latest = order), latest: () => latest };
}

it('is for the maintainer what is the health of a device and no more than yellow', () => {
  expect([3, 4].map((severity) => isForMaintainer(offline({ severity: severity as 3 | 4 })))).toEqual([true, true]);
  expect(isForMaintainer(offline({ severity: 2 }))).toBe(false);
  expect(isForMaintainer(someAlarm({ severity: 3 }))).toBe(false);
  expect(isForMaintainer(offline({ type: 'device.test', severity: 4 }))).toBe(false);
});

it('opens one for a fault, ends it with the fault where nobody has touched it, and goes on when it is back in a day', () => {
  const { hear } = orders();
  const [first, second] = [offline(), offline()];
  expect(hear('raised', first, MORNING)).toMatchObject({ state: 'open', times: 1, isActive: true, alarm: first.id });
  expect(hear('repeated', first, MORNING + 1)).toBeUndefined();
  expect(hear('cleared', first, MORNING + 2)).toMatchObject({ state: 'recovered', isActive: false });
  const back = hear('raised', second, MORNING + SAME_FAULT_MS);
  expect(back).toMatchObject({ id: 'order-1', state: 'open', times: 2, alarm: second.id });
  expect(back?.endedAt).toBeUndefined();
});

it('leaves an order that somebody has at its state, and says that the fault is gone', () => {
  const { hear, put, latest } = orders();
  const alarm = offline();
  const order = hear('raised', alarm, MORNING);
  if (order === undefined) throw new Error('no order');
  put({ ...order, state: 'assigned', assignee: 'Keli' });
  expect(hear('cleared', alarm, MORNING + 1)).toMatchObject({ state: 'assigned', isActive: false });
  expect(latest()?.steps.at(-1)?.action).toBe('cleared');
});

it('opens none again for a fault that never went away since people ended its order, and a new one when it is back', () => {
  const { hear, put } = orders();
  const alarm = offline();
  const order = hear('raised', alarm, MORNING);
  if (order === undefined) throw new Error('no order');
  put({ ...order, state: 'cancelled', endedAt: MORNING + 1 });
  expect(hear('repeated', alarm, MORNING + 2)).toBeUndefined();
  expect(hear('cleared', alarm, MORNING + 3)).toMatchObject({ state: 'cancelled', isActive: false });
  expect(hear('raised', offline(), MORNING + 4)).toMatchObject({ id: 'order-2', state: 'open', times: 1 });
});

it('has one order at a time, whatever is told in whatever order', () => {
  const told = fc.tuple(fc.constantFrom('raised', 'repeated', 'cleared'), fc.integer({ min: 0, max: 2 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(told, fc.integer({ min: 1, max: SAME_FAULT_MS })), { maxLength: 40 }), (all) => {
      const { hear, latest } = orders();
      const alarms = [offline(), offline(), offline()];
      let at = MORNING;
      for (const [[kind, which], later] of all) {
        at += later;
        const was = latest();
        const order = hear(kind as 'raised', alarms[which] ?? offline(), at);
        if (order !== undefined && was !== undefined && order.id !== was.id) expect(isEnded(was)).toBe(true);
      }
    }),
  );
});
