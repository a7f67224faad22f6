import { describe, expect, it } from 'vitest';
import { orderOf, stageOf } from '../../../console/src/patrol/stage.ts';
import type { HistoryItem } from '../../../gateway/http/contract/alarms.ts';

const ME = { username: 'binjiang1', displayName: '彬江一队' };
const AT = '2026-11-24T12:40:00.000Z';
let seq = 0;
const did = (kind: string, by: string): HistoryItem => ({ seq: ++seq, at: AT, kind, by });

describe('the one big button', () => {
  it('accepts a new alarm: 接单', () => {
    expect(stageOf({ state: 'new' }, [], ME)).toBe('take');
    expect(orderOf('take', 'new', '接单', AT)).toEqual({ action: 'acknowledge', fields: { at: AT } });
  });

  it('goes 出发, 到达, 办结 after I accepted the alarm myself', () => {
    const history = [did('acknowledged', 'binjiang1')];
    expect(stageOf({ state: 'acknowledged' }, history, ME)).toBe('setOut');
    history.push(did('commented', 'binjiang1'));
    expect(stageOf({ state: 'acknowledged' }, history, ME)).toBe('arrive');
    expect(stageOf({ state: 'handling' }, history, ME)).toBe('resolve');
    expect(stageOf({ state: 'resolved' }, history, ME)).toBe('done');
  });

  it('starts with 接单 for what the desk dispatched, whatever was noted before', () => {
    const history = [did('acknowledged', 'duty'), did('commented', 'binjiang1'), did('dispatched', 'duty')];
    expect(stageOf({ state: 'dispatched' }, history, ME)).toBe('take');
    history.push(did('commented', '彬江一队'));
    expect(stageOf({ state: 'dispatched' }, history, ME)).toBe('setOut');
    history.push(did('commented', 'duty'));
    expect(stageOf({ state: 'dispatched' }, history, ME)).toBe('setOut');
  });

  it('starts again after the task was sent to somebody else and came back', () => {
    const history = [did('acknowledged', 'binjiang1'), did('commented', 'binjiang1'), did('dispatched', 'duty')];
    expect(stageOf({ state: 'dispatched' }, history, ME)).toBe('take');
  });

  it('carries the moment of the tap with every order', () => {
    for (const stage of ['take', 'setOut', 'arrive', 'resolve'] as const) {
      expect(orderOf(stage, 'dispatched', 'x', AT)?.fields).toMatchObject({ at: AT });
    }
    expect(orderOf('done', 'resolved', 'x', AT)).toBeUndefined();
  });
});
