import { describe, expect, it } from 'vitest';
import { gather, type ListFilter, view, withoutMembers } from '../../../console/src/alarms/list-view.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

const NEW: ListFilter = { tab: 'new', search: '', severities: [] };
const ids = (alarms: readonly { id: string }[]) => alarms.map(({ id }) => id);

const orange = consoleAlarm('orange');
const yellow = consoleAlarm('yellow', { severity: 3 });
const later = consoleAlarm('later', { occurredAt: '2026-11-24T12:45:00.000Z' });
const red = consoleAlarm('red', { severity: 1 });

describe('the alarm list', () => {
  it('is ordered by level, then the newest first', () => {
    expect(gather([yellow, orange, later], NEW)).toEqual(['later', 'orange', 'yellow']);
  });

  it('keeps its rows where they are when alarms come in, and counts them as waiting', () => {
    const shown = view(['orange', 'yellow'], [later, orange, yellow], NEW);
    expect(ids(shown.rows)).toEqual(['orange', 'yellow']);
    expect(ids(shown.pending)).toEqual(['later']);
  });

  it('pins unaccepted red above the rows, never among what waits', () => {
    const shown = view(['orange'], [red, orange], NEW);
    expect(ids(shown.pinned)).toEqual(['red']);
    expect(shown.pending).toEqual([]);
    expect(gather([red, orange], NEW)).toEqual(['orange']);
  });

  it('shows every fitting alarm exactly once: as a row, pinned, or counted as waiting', () => {
    const all = [orange, yellow, later, red, consoleAlarm('done', { state: 'resolved' })];
    const { rows, pending, pinned, left } = view(['yellow', 'done'], all, NEW);
    expect(rows.length - left.size + pending.length + pinned.length).toBe(4);
  });

  it('lets what belongs to an incident stand behind its head, but never red, and not while somebody searches', () => {
    const head = consoleAlarm('head', { incident: 'head' });
    const member = consoleAlarm('member', { incident: 'head', count: 4 });
    const grave = consoleAlarm('grave', { incident: 'head', severity: 1 });
    const shown = view([], [head, member, grave], NEW);
    expect(ids(shown.pending)).toEqual(['head']);
    expect(ids(shown.pinned)).toEqual(['grave']);
    expect([...shown.members]).toEqual([['head', { alarms: 1, signals: head.count + 4 }]]);
    expect(shown.hidden).toBe(0);
    expect(ids(withoutMembers([head, member, grave]))).toEqual(['head', 'grave']);
    expect(gather([head, member], { ...NEW, tab: 'all' })).toHaveLength(2);
    expect(ids(view([], [member], NEW).pending)).toEqual(['member']);
  });

  it('greys a row that left the filter instead of taking it away', () => {
    const shown = view(['orange', 'yellow'], [{ ...orange, state: 'acknowledged' }, yellow], NEW);
    expect(ids(shown.rows)).toEqual(['orange', 'yellow']);
    expect([...shown.left]).toEqual(['orange']);
  });

  it('says how many alarms a filter hides', () => {
    expect(view([], [orange, yellow], { ...NEW, severities: [3] })).toMatchObject({ hidden: 1 });
    expect(view([], [orange, yellow], { ...NEW, search: 'k999' })).toMatchObject({ hidden: 2, pending: [] });
  });

  it.each(['K812', '沪昆', '周界', 'perimeter', 'yz-fence', 'RAILWAY.'])('finds an alarm by %s', (search) => {
    expect(gather([orange], { ...NEW, search })).toEqual(['orange']);
  });
});
