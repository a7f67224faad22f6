import { createPinia, setActivePinia } from 'pinia';
import { beforeEach, describe, expect, it } from 'vitest';
import { useAlarms } from '../../../console/src/alarms/alarms-store.ts';
import { STILL_MS, useAlarmList } from '../../../console/src/alarms/list-store.ts';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

let seq = 0;
/** What the feed brings, in one batch. */
function feed(kind: string, ...changed: Alarm[]): void {
  useAlarms().apply(changed.map((alarm) => ({ seq: ++seq, at: alarm.lastAt, kind, alarm })));
}
const at = (minute: number) => `2026-11-24T12:${minute}:00.000Z`;
const shownIds = () => useAlarmList().shown.rows.map(({ id }) => id);

describe('the list on the desk', () => {
  beforeEach(() => {
    setActivePinia(createPinia());
    feed('raised', consoleAlarm('older', { occurredAt: at(10) }), consoleAlarm('newer', { occurredAt: at(20) }));
    useAlarmList().regather();
  });

  it('marks the oldest unaccepted alarm, or the first red, without opening it', () => {
    expect(useAlarmList().highlighted).toBe('older');
    setActivePinia(createPinia());
    feed('raised', consoleAlarm('orange'), consoleAlarm('red', { severity: 1 }));
    useAlarmList().regather();
    expect(useAlarmList().highlighted).toBe('red');
    expect(useAlarms().openId).toBeUndefined();
  });

  it('shows new alarms only when asked, and the counters have them at once', () => {
    feed('raised', consoleAlarm('third', { occurredAt: at(30) }));
    expect(shownIds()).toEqual(['newer', 'older']);
    expect(useAlarmList().shown.pending).toHaveLength(1);
    expect(useAlarms().unaccepted).toHaveLength(3);
    useAlarmList().regather();
    expect(shownIds()).toEqual(['third', 'newer', 'older']);
  });

  it('gathers by itself only at its top, with nothing open and a still pointer', () => {
    const list = useAlarmList();
    feed('raised', consoleAlarm('third', { occurredAt: at(30) }));
    list.settle(STILL_MS - 1);
    list.isAtTop = false;
    list.settle(STILL_MS);
    list.isAtTop = true;
    useAlarms().openId = 'older';
    list.settle(STILL_MS);
    expect(shownIds()).toEqual(['newer', 'older']);
    useAlarms().openId = undefined;
    list.settle(STILL_MS);
    expect(shownIds()).toEqual(['third', 'newer', 'older']);
  });

  it('gathers at once when nothing is on screen: nobody reads an empty list', () => {
    setActivePinia(createPinia());
    const list = useAlarmList();
    list.regather();
    feed('raised', consoleAlarm('first'));
    list.settle(0);
    expect(shownIds()).toEqual(['first']);
  });

  it('goes on to the next alarm after one was accepted, and drops the greyed row with the next step', () => {
    const list = useAlarmList();
    list.highlight('newer');
    feed('acknowledged', consoleAlarm('newer', { state: 'acknowledged', version: 2 }));
    list.goOn('newer');
    expect(list.highlighted).toBe('older');
    expect([...list.shown.left]).toEqual(['newer']);
    list.highlight('newer');
    list.highlight('older');
    expect(shownIds()).toEqual(['older']);
  });

  it('never goes back to an older version', () => {
    feed('acknowledged', consoleAlarm('older', { state: 'acknowledged', version: 3 }));
    feed('repeated', consoleAlarm('older', { version: 2 }));
    expect(useAlarms().byId('older')?.state).toBe('acknowledged');
  });
});
