import { createPinia, setActivePinia } from 'pinia';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { useAlarms } from '../../../console/src/alarms/alarms-store.ts';
import { countTitles, giveBulk, halfOf, postRange, sortOut } from '../../../console/src/alarms/bulk.ts';
import { csvOf } from '../../../console/src/alarms/csv.ts';
import { useAlarmList } from '../../../console/src/alarms/list-store.ts';
import { SELECTED_MAX, useSelection } from '../../../console/src/alarms/selection-store.ts';
import { nextClock, SHELVE_MAX_MS, shiftEnd, untilOf } from '../../../console/src/alarms/shelving.ts';
import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

afterEach(() => vi.unstubAllGlobals());

const at = (minute: number) => `2026-11-24T12:${minute}:00.000Z`;
/** Newest first in the list: a, b, c, d. */
function gathered(...more: Alarm[]) {
  const four = ['a', 'b', 'c', 'd'].map((id, index) => consoleAlarm(id, { occurredAt: at(50 - index) }));
  useAlarms().apply([...four, ...more].map((alarm, seq) => ({ seq, at: alarm.lastAt, kind: 'raised', alarm })));
  useAlarmList().regather();
  useAlarmList().highlight('a');
}

describe('the selection', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('grows with each step on, and lets go what the way back leaves', () => {
    gathered();
    const { extend, toggle } = useSelection();
    toggle('a');
    extend(1);
    extend(1);
    expect([...useAlarmList().selected]).toEqual(['a', 'b', 'c']);
    expect(useAlarmList().highlighted).toBe('c');
    extend(-1);
    expect([...useAlarmList().selected]).toEqual(['a', 'b']);
  });

  it('holds as many as go together, and none that the filter no longer shows', async () => {
    gathered();
    useSelection().keep(Array.from({ length: SELECTED_MAX + 5 }, (_, index) => String(index)));
    expect(useAlarmList().selected.size).toBe(SELECTED_MAX);
    useAlarmList().toggleSeverity(1);
    await Promise.resolve();
    expect(useAlarmList().selected.size).toBe(0);
    expect(useSelection().clear()).toBe(false);
  });

  it('keeps the list from gathering itself again', () => {
    gathered();
    useSelection().toggle('a');
    const late = consoleAlarm('late', { occurredAt: at(59) });
    useAlarms().apply([{ seq: 9, at: late.lastAt, kind: 'raised', alarm: late }]);
    useAlarmList().settle(60_000);
    expect(useAlarmList().shown.rows.map(({ id }) => id)).not.toContain('late');
  });
});

describe('counts of the tabs', () => {
  beforeEach(() => setActivePinia(createPinia()));

  it('are of rows: what stands behind the head of an incident is not counted beside it', () => {
    gathered(consoleAlarm('head', { incident: 'head' }), consoleAlarm('member', { incident: 'head' }));
    expect(useAlarms().countIn.get('new')).toBe(5);
    expect(useAlarms().unaccepted).toHaveLength(useAlarmList().shown.rows.length);
  });

  it('leave out what is shelved until its time is over, and a shelved head hides nobody', () => {
    const until = new Date(Date.now() + 60_000).toISOString();
    gathered(
      consoleAlarm('head', { incident: 'head', shelvedUntil: until }),
      consoleAlarm('member', { incident: 'head' }),
      consoleAlarm('over', { shelvedUntil: at(0) }),
    );
    const { countIn } = useAlarms();
    expect([countIn.get('new'), countIn.get('shelved')]).toEqual([6, 1]);
  });
});

describe('one act for many', () => {
  const red = consoleAlarm('red', { severity: 1 });
  const done = consoleAlarm('done', { state: 'resolved' });
  const fresh = consoleAlarm('fresh', { version: 3 });

  it('is never for red, nor for what has no such step', () => {
    expect(sortOut([red, done, fresh], 'acknowledge')).toEqual({ fit: [fresh], red: 1, unfit: 1 });
    expect(sortOut([red, done, consoleAlarm('seen', { state: 'acknowledged' })], 'shelve')).toMatchObject({
      red: 1,
      unfit: 1,
    });
  });

  it('goes out once with the versions that were seen, and tells done from refused', async () => {
    const other = consoleAlarm('other');
    const present = { ...other, state: 'acknowledged', version: 2 };
    const sent = vi.fn(async (_url: string, _init: RequestInit) =>
      Response.json({
        items: [
          { id: 'fresh', status: 200, alarm: { ...fresh, state: 'acknowledged', version: 4 } },
          { id: 'other', status: 409, alarm: present, detail: '已被他人更改 · Changed by another' },
        ],
      }),
    );
    vi.stubGlobal('fetch', sent);
    const answer = await giveBulk([fresh, other], { action: 'acknowledge', fields: {} }, 'k1');
    expect(answer).toMatchObject({ done: [{ id: 'fresh', version: 4 }], refused: [{ status: 409, alarm: present }] });
    const [[url, init] = []] = sent.mock.calls;
    expect([url, new Headers(init?.headers).get('idempotency-key')]).toEqual(['/api/v1/alarms/bulk', 'k1']);
    expect(JSON.parse(String(init?.body))).toEqual({
      action: 'acknowledge',
      items: [
        { id: 'fresh', version: 3 },
        { id: 'other', version: 1 },
      ],
    });
  });

  it('says from which post to which they lie, and the gateway’s words in one language', () => {
    const far = consoleAlarm('far', { place: { line: '沪昆线', km: 'K815+000', kmValue: 815_000 } });
    expect(postRange([far, fresh])).toBe('沪昆线 K812+300 – K815+000');
    expect(postRange([fresh, fresh])).toBe('沪昆线 K812+300');
    expect(postRange([consoleAlarm('door', { place: { name: '1 栋' } })])).toBe('');
    expect(countTitles(['b', 'a', 'a'])).toBe('a ×2 · b');
    expect(countTitles(['a', 'b', 'c', 'd', 'e'])).toBe('a · b · c · d …');
    expect([halfOf('甲 · A', 'zh-CN'), halfOf('甲 · A', 'en'), halfOf('B', 'en')]).toEqual(['甲', 'A', 'B']);
  });
});

describe('a file for a spreadsheet', () => {
  it('quotes what must be, and lets nothing be a formula', () => {
    const text = csvOf([
      ['a,b', '"q"', undefined],
      ['=1+1', '-12.5', 7],
    ]);
    expect(text).toBe('\uFEFF"a,b","""q""",\r\n\'=1+1,-12.5,7\r\n');
  });
});

describe('the end of a shelving', () => {
  const now = new Date(2026, 10, 24, 20, 40).getTime();
  const hours = (length: number) => now + length * 3_600_000;

  it('is a length, the end of the shift, or the next moment of a clock, within a shift of eight hours', () => {
    expect(untilOf('halfHour', '', now)).toBe(hours(0.5));
    expect(untilOf('twoHours', '', now)).toBe(hours(2));
    expect(new Date(shiftEnd(now)).getHours()).toBe(0);
    expect(untilOf('shift', '', now)).toBe(new Date(2026, 10, 25).getTime());
    expect(untilOf('own', '02:30', now)).toBe(new Date(2026, 10, 25, 2, 30).getTime());
    expect(untilOf('own', '20:30', now)).toBeUndefined(); // nearly a day off
    expect(untilOf('own', '', now)).toBeUndefined();
    expect(nextClock('20:40', now)).toBe(hours(24));
    for (let hour = 0; hour < 24; hour++)
      expect(shiftEnd(hours(hour)) - hours(hour)).toBeLessThanOrEqual(SHELVE_MAX_MS);
  });
});
