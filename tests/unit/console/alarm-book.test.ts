import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlarmBook } from '../../../console/src/alarms/alarm-book.ts';
import { consoleAlarm } from '../../parts/console-alarm.ts';

describe('the alarms that a page holds', () => {
  it('end in the newest version, in whatever order and however often versions arrive', () => {
    const versions = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });
    fc.assert(
      fc.property(versions, (seen) => {
        const book = new AlarmBook();
        for (const version of seen) book.put(consoleAlarm('a', { version }));
        expect(book.get('a')?.version).toBe(Math.max(...seen));
        expect(book.size).toBe(1);
      }),
    );
  });

  it('let the archived go first, then the oldest, when there are too many', () => {
    const book = new AlarmBook(2);
    book.putAll([
      consoleAlarm('old', { lastAt: '2026-11-24T08:00:00.000Z' }),
      consoleAlarm('archived', { state: 'closed', lastAt: '2026-11-24T10:00:00.000Z' }),
      consoleAlarm('new', { lastAt: '2026-11-24T09:00:00.000Z' }),
    ]);
    expect(book.get('archived')).toBeUndefined();
    book.putAll([consoleAlarm('newest', { lastAt: '2026-11-24T11:00:00.000Z' })]);
    expect(book.all().map(({ id }) => id)).toEqual(['new', 'newest']);
  });

  it('keep the open detail when everything is loaded anew, though the page does not name it', () => {
    const book = new AlarmBook();
    book.putAll([consoleAlarm('open'), consoleAlarm('other')]);
    book.reset([consoleAlarm('fresh')], 'open');
    expect(book.all().map(({ id }) => id)).toEqual(['open', 'fresh']);
  });
});
