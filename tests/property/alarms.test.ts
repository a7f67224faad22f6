import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AlarmBook } from '../../gateway/alarms/book.ts';
import { ALARM_ACTIONS } from '../../gateway/alarms/command.ts';
import { decideOrder } from '../../gateway/alarms/order.ts';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import type { AlarmEntry } from '../../gateway/domain/entry.ts';
import { at, CLIMB, DUTY, entriesOf, FENCE, hear, INTRUSION, occurrence } from '../parts/alarm-samples.ts';

/** A day of one fence: signals of two types and people's orders, in any order and number. */
const happening = fc.oneof(
  fc.record({
    signal: fc.constantFrom(INTRUSION, CLIMB),
    active: fc.constantFrom(true, false, undefined),
    afterMs: fc.integer({ min: 0, max: 120_000 }),
    isReplay: fc.boolean(),
    isRepeated: fc.boolean(),
  }),
  fc.record({ order: fc.constantFrom(...ALARM_ACTIONS), type: fc.constantFrom(INTRUSION.code, CLIMB.code) }),
);
const day = fc.array(happening, { maxLength: 40 });

type Step = Readonly<{ before: Alarm | undefined; entry: AlarmEntry; after: Alarm }>;

function live(happenings: readonly (typeof happening extends fc.Arbitrary<infer T> ? T : never)[]) {
  const book = new AlarmBook();
  const steps: Step[] = [];
  const repeats: unknown[] = [];
  let now = at('08:00:00');
  const note = (entry: AlarmEntry, before: Alarm | undefined, after: Alarm) => steps.push({ entry, before, after });
  for (const one of happenings) {
    if ('signal' in one) {
      now += one.afterMs;
      const active = one.signal.kind === 'pulse' ? undefined : one.active;
      const signal = occurrence('08:00:00', {
        definition: one.signal,
        active,
        occurredAt: now,
        receivedAt: now,
        isReplay: one.isReplay,
      });
      const open = book.stateOf(FENCE.id).open.get(one.signal.code);
      const decision = hear(book, signal);
      for (const entry of entriesOf(decision)) {
        const id = entry.kind === 'raised' ? entry.raised.id : entry.alarm;
        note(entry, entry.kind === 'raised' ? undefined : open, book.find(id) as Alarm);
      }
      if (one.isRepeated && 'entries' in decision) repeats.push(hear(book, signal));
    } else {
      const alarm = book.stateOf(FENCE.id).open.get(one.type);
      if (alarm === undefined) continue;
      const decided = decideOrder(
        alarm,
        { ...ORDER, action: one.order, version: alarm.version, until: now + 1000 },
        now,
      );
      if (decided.ok) note(decided.value, alarm, book.apply(decided.value));
    }
  }
  return { book, steps, repeats };
}

const ORDER = {
  by: DUTY,
  note: '备注',
  assignee: '彬江一队',
  verdict: 'real',
  until: undefined,
  to: '360902000000',
  doneAt: undefined,
} as const;

describe('laws of the heart', () => {
  it('hears the same signal twice as once', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        for (const answer of live(happenings).repeats) expect(answer).toEqual({ nothing: 'duplicate' });
      }),
    );
  });

  it('gives the same state when the journal is replayed', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const { book, steps } = live(happenings);
        const replayed = new AlarmBook();
        for (const { entry } of steps) replayed.apply(JSON.parse(JSON.stringify(entry)));
        expect(stripped(replayed)).toEqual(stripped(book));
      }),
    );
  });

  it('never lets what the device says overwrite what people did, nor the other way round', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        for (const { before, entry, after } of live(happenings).steps) {
          if (before === undefined) continue;
          if ('signal' in entry) expect(peoplesSide(after)).toEqual(peoplesSide(before));
          else expect(after.condition).toBe(before.condition);
        }
      }),
    );
  });

  it('lets the version of an alarm grow by one with each entry', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        for (const { before, after } of live(happenings).steps) expect(after.version).toBe((before?.version ?? 0) + 1);
      }),
    );
  });

  it('has at most one active alarm of a device and type that people have not resolved', () => {
    fc.assert(
      fc.property(day, (happenings) => {
        const alarms = new Map(live(happenings).steps.map(({ after }) => [after.id, after]));
        const active = [...alarms.values()].filter(
          ({ condition, state }) => condition === 'active' && state !== 'resolved' && state !== 'closed',
        );
        const ofIntrusion = active.filter(({ type }) => type === INTRUSION.code);
        expect(ofIntrusion.length).toBeLessThanOrEqual(2); // a reopened one beside its successor
      }),
    );
  });
});

const peoplesSide = ({ state, verdict, assignee, shelvedUntil, centre }: Alarm) => ({
  state,
  verdict,
  assignee,
  shelvedUntil,
  centre,
});
const stripped = (book: AlarmBook) => JSON.parse(JSON.stringify([...book.stateOf(FENCE.id).open.entries()]));
