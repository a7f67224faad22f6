import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AlarmBook } from '../../../gateway/alarms/book.ts';
import type { Occurrence } from '../../../gateway/alarms/decider.ts';
import type { Alarm, AlarmDefinition } from '../../../gateway/domain/alarm.ts';
import { CATTLE_LADDER } from '../../../gateway/domain/ladder.ts';
import { at, byPerson, entriesOf, FENCE, given, hear, INTRUSION, occurrence } from '../../parts/alarm-samples.ts';

const [warning, danger, onTrack] = ([3, 2, 1] as const).map(
  (severity, step): AlarmDefinition => ({ ...INTRUSION, code: CATTLE_LADDER[step] ?? '', severity }),
);
const STEPS = [warning, danger, onTrack].flatMap((one) => one ?? []);
const step = (number: 0 | 1 | 2, time: string, more: Partial<Occurrence> = {}): Occurrence =>
  occurrence(time, { definition: STEPS[number] ?? INTRUSION, ...more });
const open = (book: AlarmBook): readonly Alarm[] =>
  CATTLE_LADDER.flatMap((code) => book.stateOf(FENCE.id).open.get(code) ?? []);
/** What stands on screens: not behind another that is open. */
const cards = (book: AlarmBook): readonly Alarm[] =>
  open(book).filter(({ id, incident, state }) => {
    const head = open(book).find((one) => one.id === incident);
    return state !== 'closed' && (incident === id || head === undefined || head.state === 'closed');
  });
const names = (alarms: readonly Alarm[]) => alarms.map(({ type }) => type.slice('railway.cattle.'.length));

describe('a graver step of the same happening (升级接替)', () => {
  it('takes over, and the milder stays what it is behind it, with the words of why', () => {
    const book = given(step(0, '08:00:00'));
    const entries = entriesOf(hear(book, step(1, '08:01:00')));
    expect(entries).toMatchObject([
      { kind: 'raised' },
      { kind: 'incident-joined', by: { name: '升级接替' }, note: expect.stringContaining(INTRUSION.zh) },
    ]);
    hear(book, step(2, '08:02:00'));
    expect(names(cards(book))).toEqual(['on-track']);
    const [head] = cards(book);
    expect(open(book).map(({ incident }) => incident)).toEqual([head?.id, head?.id, head?.id]);
    expect(open(book).map(({ condition, state }) => `${condition} ${state}`)).toEqual(Array(3).fill('active new'));
  });

  it('stays one card on the way back, and when the animal turns round once more', () => {
    const book = given(step(0, '08:00:00'), step(1, '08:01:00'), step(2, '08:02:00'));
    hear(book, step(2, '08:03:00', { active: false }));
    hear(book, step(1, '08:04:00', { active: false }));
    expect(names(cards(book))).toEqual(['on-track']);
    hear(book, step(1, '08:10:00'));
    expect(names(cards(book))).toEqual(['on-track']);
    hear(book, step(2, '08:11:00'));
    expect(names(cards(book))).toEqual(['on-track']);
    expect(open(book).at(-1)?.occurredAt).toBe(at('08:11:00'));
  });

  it('is another card on another walk', () => {
    const book = given(step(0, '08:00:00'), step(1, '08:01:00'));
    for (const number of [1, 0] as const) hear(book, step(number, '08:05:00', { active: false }));
    hear(book, step(0, '09:00:00'));
    expect(names(cards(book))).toEqual(['warning', 'danger']);
  });

  it('leads again where people have done with the head', () => {
    const book = given(step(0, '08:00:00'), step(2, '08:01:00'), step(2, '08:02:00', { active: false }));
    const [head] = cards(book);
    if (head === undefined) throw new Error('no head');
    book.apply({ kind: 'resolved', ...byPerson(head), verdict: 'real' });
    hear(book, step(1, '08:10:00'));
    expect(open(book).find(({ type }) => type === CATTLE_LADDER[1])).toMatchObject({ severity: 2 });
    expect(names(cards(book).filter(({ state }) => state === 'new'))).toEqual(['danger']);
  });

  it('keeps to the incident that a site’s rule has found', () => {
    const herd = { incidentOf: () => 'the-herd' };
    const book = given(step(0, '08:00:00', herd), step(1, '08:01:00', herd));
    expect(open(book).map(({ incident }) => incident)).toEqual(['the-herd', 'the-herd']);
  });
});

it('shows one card of a walk, however the animal walks, and never the milder one', () => {
  const walk = fc.array(fc.record({ near: fc.nat({ max: 3 }), afterS: fc.integer({ min: 1, max: 900 }) }), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(walk, (moves) => {
      const book = given();
      let now = at('08:00:00');
      for (const { near, afterS } of moves) {
        now += afterS * 1000;
        for (const [number, definition] of STEPS.entries()) {
          const active = near > number;
          const was = book.stateOf(FENCE.id).open.get(definition.code)?.condition === 'active';
          if (active !== was)
            hear(book, occurrence('08:00:00', { definition, active, occurredAt: now, receivedAt: now }));
        }
        const standing = open(book).filter(({ condition }) => condition === 'active');
        const shown = new Set(standing.map(({ incident }) => incident));
        expect(shown.size).toBe(Math.min(near, 1));
        const head = open(book).find(({ id }) => shown.has(id));
        for (const one of standing) expect(head?.severity).toBeLessThanOrEqual(one.severity);
      }
    }),
  );
});
