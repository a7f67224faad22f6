import { describe, expect, it } from 'vitest';
import { isUndecided, mayHaveArrived } from '../../../console/src/alarms/act.ts';
import { isOverdue, nextDue } from '../../../console/src/alarms/due.ts';
import { folded, lastByPerson, originOf } from '../../../console/src/alarms/history.ts';
import { orderOf } from '../../../console/src/alarms/panels.ts';
import { isInTab, isOffered, STEPS, TABS } from '../../../console/src/alarms/states.ts';
import { newId } from '../../../console/src/api/new-id.ts';
import { query, TIMED_OUT } from '../../../console/src/api/request.ts';
import { nextPath } from '../../../console/src/session/next-path.ts';
import { mayUse } from '../../../console/src/session/rights.ts';
import { roleMay } from '../../../gateway/access/permissions.ts';
import { ALARM_ACTIONS, type HistoryItem } from '../../../gateway/http/contract/alarms.ts';
import { ROLES } from '../../../gateway/http/contract/people.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

describe('buttons', () => {
  it('are offered in the states where the act makes sense', () => {
    expect(isOffered('acknowledge', { state: 'new' })).toBe(true);
    expect(isOffered('acknowledge', { state: 'handling' })).toBe(false);
    expect(STEPS.filter((state) => isOffered('close', { state }))).toEqual(['resolved']);
    expect(STEPS.filter((state) => isOffered('comment', { state }))).toEqual(STEPS);
  });

  it('show a role nothing that the gateway would refuse, and hide nothing that it allows', () => {
    for (const role of ROLES) {
      const shown = ALARM_ACTIONS.filter((action) => mayUse(role, action));
      expect([role, ...shown]).toEqual([role, ...ALARM_ACTIONS.filter((action) => roleMay(role, `alarm.${action}`))]);
      expect(mayUse(role, 'readAlarms')).toBe(roleMay(role, 'alarm.read'));
      expect(mayUse(role, 'viewCameras')).toBe(roleMay(role, 'camera.view'));
      expect(mayUse(role, 'ptz')).toBe(roleMay(role, 'camera.ptz'));
      expect(mayUse(role, 'wall')).toBe(roleMay(role, 'wall.write'));
      expect(mayUse(role, 'command')).toBe(roleMay(role, 'device.command'));
      expect(mayUse(role, 'readDeadLetters')).toBe(roleMay(role, 'dead-letter.read'));
      expect(mayUse(role, 'readDeadLetters')).toBe(roleMay(role, 'system.read')); // they stand on one screen
      expect(mayUse(role, 'lockEvidence')).toBe(roleMay(role, 'evidence.lock'));
      expect(mayUse(role, 'replay')).toBe(roleMay(role, 'dead-letter.replay'));
      expect(mayUse(role, 'controlFollowers')).toBe(roleMay(role, 'system.control'));
    }
  });
});

describe('tabs', () => {
  it('hold every alarm that is not archived once, beside 全部', () => {
    for (const state of STEPS) {
      const tabs = TABS.filter((tab) => tab !== 'all' && isInTab(tab, { state }));
      expect([state, tabs.length]).toEqual([state, state === 'closed' ? 0 : 1]);
    }
  });

  it('hold what is shelved in its own, until its time is over or somebody has dealt with it', () => {
    const until = '2026-11-24T13:00:00.000Z';
    const tabsOf = (state: (typeof STEPS)[number], at: number) =>
      TABS.filter((tab) => isInTab(tab, { state, shelvedUntil: until }, at));
    expect(tabsOf('new', Date.parse(until) - 1)).toEqual(['shelved', 'all']);
    expect(tabsOf('new', Date.parse(until))).toEqual(['new', 'all']);
    expect(tabsOf('resolved', 0)).toEqual(['check', 'all']);
  });
});

describe('orders', () => {
  const filled = { note: ' 门卫确认 ', assignee: '彬江一队 ', causeWord: '树枝', verdict: 'test' as const };

  it('say the cause of a false alarm in the note', () => {
    const fields = { verdict: 'falseAlarm', note: '树枝 · 门卫确认' };
    expect(orderOf('falseAlarm', filled)).toEqual({ action: 'resolve', fields });
    expect(orderOf('falseAlarm', { ...filled, note: '' }).fields.note).toBe('树枝');
  });

  it('carry what was typed, and no empty note', () => {
    expect(orderOf('dispatch', { ...filled, note: ' ' })).toEqual({
      action: 'dispatch',
      fields: { assignee: '彬江一队' },
    });
    expect(orderOf('resolve', filled)).toEqual({ action: 'resolve', fields: { note: '门卫确认', verdict: 'test' } });
  });

  it('go again under the same key only where it is unknown whether they arrived', () => {
    expect(mayHaveArrived({ type: TIMED_OUT, title: '', status: 0 })).toBe(true);
    expect(mayHaveArrived({ type: 'fengsui:internal', title: '', status: 500 })).toBe(true);
    expect(mayHaveArrived({ type: 'fengsui:conflict', title: '', status: 409 })).toBe(false);
  });

  it('go again by themselves only where nothing was decided meanwhile', () => {
    const seen = consoleAlarm('a', { state: 'new', condition: 'active', severity: 3, version: 3 });
    expect(isUndecided(seen, { ...seen, version: 5, count: 4, evidence: [] })).toBe(true);
    for (const other of [
      { state: 'acknowledged' },
      { condition: 'cleared' },
      { severity: 1 },
      { assignee: '一队' },
    ] as const)
      expect(isUndecided(seen, { ...seen, version: 4, ...other })).toBe(false);
  });

  it('have a key of their own each', () => {
    const keys = Array.from({ length: 100 }, newId);
    expect(new Set(keys).size).toBe(100);
    for (const key of keys)
      expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('limits', () => {
  const due = { accept: '2026-11-24T12:41:00.000Z', close: '2026-11-24T14:00:00.000Z' };

  it('run to accepting first, then to whatever comes next', () => {
    expect(nextDue({ state: 'new', due })).toMatchObject({ kind: 'accept' });
    expect(nextDue({ state: 'dispatched', due })).toMatchObject({ kind: 'close' });
    expect(nextDue({ state: 'resolved', due })).toBeUndefined();
  });

  it('are over when their time has passed, not before', () => {
    const accept = Date.parse(due.accept);
    expect([isOverdue({ state: 'new', due }, accept), isOverdue({ state: 'new', due }, accept + 1)]).toEqual([
      false,
      true,
    ]);
  });
});

describe('a history', () => {
  const line = (seq: number, kind: string, second: number, by?: string): HistoryItem => ({
    seq,
    at: new Date(Date.UTC(2026, 10, 24, 12, 40, second)).toISOString(),
    kind,
    ...(by === undefined ? {} : { by, centre: '360902000000' }),
  });

  it('has the newest on top, and repeats within two seconds as one line', () => {
    const lines = folded([
      line(1, 'raised', 0),
      line(2, 'repeated', 1),
      line(3, 'repeated', 2),
      line(4, 'repeated', 30),
    ]);
    expect(lines.map(({ seq, times }) => [seq, times])).toEqual([
      [4, 1],
      [3, 2],
      [1, 1],
    ]);
  });

  it('tells devices, people, linkages and time limits apart', () => {
    expect(originOf(line(1, 'raised', 0))).toBe('device');
    expect(originOf(line(1, 'acknowledged', 0, 'duty'))).toBe('person');
    expect(originOf(line(1, 'evidence-added', 0))).toBe('linkage');
    expect(originOf(line(1, 'escalated', 0))).toBe('system');
  });

  it('names the last person who did something', () => {
    const history = [line(1, 'acknowledged', 0, 'a'), line(2, 'commented', 1, 'b'), line(3, 'repeated', 2)];
    expect(lastByPerson(history)?.by).toBe('b');
    expect(lastByPerson([])).toBeUndefined();
  });
});

describe('addresses', () => {
  it('after signing in lead nowhere but into the console', () => {
    expect(nextPath('/alarms/1?tab=all')).toBe('/alarms/1?tab=all');
    for (const bad of ['//evil.example', '/\\evil.example', 'https://evil.example', '/login', undefined, ['/a']]) {
      expect(nextPath(bad)).toBe('/');
    }
  });

  it('of calls are encoded and leave out what is empty', () => {
    expect(query({ state: ['new', 'handling'], limit: 5, cursor: undefined, q: 'a&b' })).toBe(
      '?state=new%2Chandling&limit=5&q=a%26b',
    );
    expect(query({ cursor: undefined })).toBe('');
  });
});
