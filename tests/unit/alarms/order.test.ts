import { describe, expect, it } from 'vitest';
import type { AlarmOrder } from '../../../gateway/alarms/command.ts';
import { evolve } from '../../../gateway/alarms/evolve.ts';
import { decideOrder } from '../../../gateway/alarms/order.ts';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import { at, DUTY, given, latest, occurrence } from '../../parts/alarm-samples.ts';

const now = at('08:00:10');
const order = (action: AlarmOrder['action'], version: number, more: Partial<AlarmOrder> = {}): AlarmOrder => ({
  action,
  version,
  by: DUTY,
  note: undefined,
  assignee: undefined,
  verdict: undefined,
  until: undefined,
  to: undefined,
  doneAt: undefined,
  ...more,
});

/** Carries out orders one after the other, each on the version that the last one left. */
function carriedOut(alarm: Alarm, ...orders: readonly [AlarmOrder['action'], Partial<AlarmOrder>?][]): Alarm {
  return orders.reduce((was, [action, more]) => {
    const decided = decideOrder(was, order(action, was.version, more), now);
    if (!decided.ok) throw new Error(JSON.stringify(decided.error));
    return evolve(was, decided.value);
  }, alarm);
}

describe('orders', () => {
  const fresh = latest(given(occurrence('08:00:00')));

  it('goes the whole way from new to closed, one version an order', () => {
    const done = carriedOut(
      fresh,
      ['acknowledge'],
      ['dispatch', { assignee: '彬江一队' }],
      ['arrive'],
      ['resolve', { verdict: 'real' }],
      ['close'],
    );
    expect(done).toMatchObject({
      state: 'closed',
      verdict: 'real',
      assignee: '彬江一队',
      version: 6,
      condition: 'active',
    });
  });

  it('answers an old version with the alarm as it stands, never with an overwrite', () => {
    const acknowledged = carriedOut(fresh, ['acknowledge']);
    const late = decideOrder(acknowledged, order('acknowledge', 1), now);
    expect(late).toEqual({ ok: false, error: { kind: 'conflict', present: acknowledged } });
  });

  it('refuses what makes no sense in this state and says from which it would', () => {
    const refused = decideOrder(fresh, order('close', 1), now);
    expect(refused).toMatchObject({ ok: false, error: { kind: 'not-possible', from: ['resolved'] } });
  });

  it.each([
    ['dispatch', 'assignee'],
    ['resolve', 'verdict'],
    ['comment', 'note'],
    ['transfer', 'to'],
    ['shelve', 'until'],
  ] as const)('names the field that %s needs: %s', (action, field) => {
    expect(decideOrder(fresh, order(action, 1), now)).toMatchObject({
      ok: false,
      error: { kind: 'bad-value', fault: { reason: 'missing-field', field } },
    });
  });

  it('hides an alarm for eight hours at most', () => {
    const tooLong = order('shelve', 1, { until: now + 9 * 3_600_000, note: '施工' });
    expect(decideOrder(fresh, tooLong, now)).toMatchObject({ ok: false, error: { fault: { reason: 'out-of-range' } } });
    expect(carriedOut(fresh, ['shelve', { until: now + 3_600_000, note: '施工' }]).shelvedUntil).toBe(now + 3_600_000);
  });

  it('is seen again before its time when somebody ends that, and only while it is hidden', () => {
    const hidden = carriedOut(fresh, ['shelve', { until: now + 3_600_000, note: '施工' }]);
    expect(decideOrder(fresh, order('unshelve', 1, {}), now)).toMatchObject({
      ok: false,
      error: { kind: 'bad-value' },
    });
    expect(decideOrder(hidden, order('unshelve', hidden.version, {}), now + 3_600_001).ok).toBe(false);
    expect(carriedOut(hidden, ['unshelve']).shelvedUntil).toBeUndefined();
  });

  it('goes to the next centre up, and no further than the city', () => {
    const township = carriedOut(fresh, ['escalate']);
    expect(township.centre).toBe('360902000000');
    const city = carriedOut(township, ['escalate']);
    expect(city.centre).toBe('360900000000');
    expect(decideOrder(city, order('escalate', city.version), now)).toMatchObject({ ok: false });
  });
});
