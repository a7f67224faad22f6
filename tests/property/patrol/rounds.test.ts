import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PatrolPlan, PatrolRound } from '../../../gateway/domain/patrol.ts';
import { dateAt, instantAt, isWithinHours, shiftedDate } from '../../../gateway/domain/schedule.ts';
import {
  alarmChange,
  latenessOf,
  openRound,
  passed,
  shiftsAt,
  shiftsOn,
  taskIdOf,
} from '../../../gateway/patrol/rounds.ts';
import { NIGHT } from '../../parts/patrol-plan.ts';

const HOUR = 3_600_000;
const zones = fc.constantFrom(
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'America/St_Johns',
  'Asia/Kolkata',
  'Pacific/Apia',
);
const moments = fc.integer({ min: Date.parse('2024-01-01T00:00Z'), max: Date.parse('2030-01-01T00:00Z') });
const minutes = fc.integer({ min: 0, max: 1439 });
const spans = fc.array(fc.record({ days: fc.constant('every' as const), from: minutes, to: minutes }), {
  minLength: 1,
  maxLength: 4,
});
const planWith = (zone: string, own: PatrolPlan['hours']['spans']): PatrolPlan => ({
  ...NIGHT,
  hours: { zone, spans: own, calendar: { restdays: [], workdays: [] } },
});

it('finds the moment at which a clock in the zone shows a time of day, where it ever does', () => {
  fc.assert(
    fc.property(zones, moments, (zone, any) => {
      const at = Math.floor(any / 60_000) * 60_000;
      const date = dateAt(at, zone);
      const midnight = instantAt(date, 0, zone);
      expect(dateAt(midnight, zone)).toBe(date);
      expect(midnight).toBeLessThanOrEqual(at);
      expect(instantAt(shiftedDate(date, 1), 0, zone)).toBeGreaterThan(at);
    }),
    { numRuns: 300 },
  );
});

it('reads the hour that comes twice as its first, and the one that is left out as after the jump', () => {
  const iso = (date: string, minute: number, zone: string) => new Date(instantAt(date, minute, zone)).toISOString();
  expect(iso('2026-10-25', 150, 'Europe/Berlin')).toBe('2026-10-25T00:30:00.000Z'); // 02:30 summer time
  expect(iso('2026-03-29', 150, 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z'); // 03:30 summer time
  expect(iso('2026-11-01', 90, 'America/New_York')).toBe('2026-11-01T05:30:00.000Z');
  expect(iso('2026-10-04', 135, 'Australia/Lord_Howe')).toBe('2026-10-03T15:45:00.000Z'); // 02:00 becomes 02:30
  expect(iso('2026-11-25', 1440, 'Asia/Shanghai')).toBe('2026-11-25T16:00:00.000Z');
});

it('gives the same shifts of a day whenever it is asked, each within the hours of the plan', () => {
  fc.assert(
    fc.property(zones, moments, spans, fc.integer({ min: 0, max: 20 * HOUR }), (zone, at, own, later) => {
      const plan = planWith(zone, own);
      const seen = shiftsAt(plan, at);
      for (const shift of seen) {
        expect(shiftsOn(plan, shift.date)).toContainEqual(shift);
        expect(at >= shift.from && at < shift.to).toBe(true);
        if (at + later < shift.to) expect(shiftsAt(plan, at + later)).toContainEqual(shift);
        expect(shift.to - shift.from).toBeLessThanOrEqual(25 * HOUR + 60_000);
      }
      // outside a change of clocks a shift is under way exactly within the hours
      if (zone === 'Asia/Shanghai' || zone === 'Asia/Kolkata')
        expect(seen.length > 0).toBe(isWithinHours(plan.hours, at));
    }),
    { numRuns: 300 },
  );
});

it('gives each round one task, and no two rounds the same', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 20 }), (ids) => {
      const tasks = ids.map(taskIdOf);
      expect(new Set(tasks).size).toBe(ids.length);
      for (const task of tasks)
        expect(task).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(ids.map(taskIdOf)).toEqual(tasks);
    }),
  );
});

const BEGIN = Date.parse('2026-11-25T14:00:00Z'); // 22:00 in Shanghai
const opened = (now = BEGIN): PatrolRound => {
  const [shift] = shiftsAt(NIGHT, now);
  if (shift === undefined) throw new Error('no shift');
  return openRound(NIGHT, shift, now).round;
};

it('begins the alarm of a round once and ends it once, whatever is passed when', () => {
  const acts = fc.array(fc.record({ afterMin: fc.integer({ min: 0, max: 400 }), point: fc.nat(1) }), { maxLength: 6 });
  fc.assert(
    fc.property(acts, (given) => {
      let round = opened();
      const changes: string[] = [];
      const look = (now: number): void => {
        const change = alarmChange(round, now);
        const why = latenessOf(round, now);
        if (change === 'begin' && why !== undefined) round = { ...round, late: { why, at: now, isOver: false } };
        if (change === 'end' && round.late !== undefined) round = { ...round, late: { ...round.late, isOver: true } };
        if (change !== undefined) changes.push(change);
      };
      for (const { afterMin, point } of given.toSorted((a, b) => a.afterMin - b.afterMin)) {
        const now = BEGIN + afterMin * 60_000;
        look(now);
        if (round.points[point]?.passedAt === undefined)
          round = passed(round, point, { passedAt: now, distanceM: 5, reason: undefined });
        look(now);
        look(now);
      }
      expect(['', 'begin', 'begin end']).toContain(changes.join(' '));
      if (round.state === 'finished') expect(changes).not.toEqual(['begin']);
    }),
  );
});

it('says why a round is late', () => {
  const at = (minutes: number) => BEGIN + minutes * 60_000;
  const round = opened();
  expect(latenessOf(round, at(14))).toBeUndefined();
  expect(latenessOf(round, at(15))).toBe('late-start');
  const begun = passed(round, 0, { passedAt: at(10), distanceM: 5, reason: undefined });
  expect(latenessOf(begun, at(134))).toBeUndefined();
  expect(latenessOf(begun, at(135))).toBe('missed-check-point');
  const second = passed(round, 1, { passedAt: at(10), distanceM: 5, reason: undefined });
  expect(latenessOf(second, at(254))).toBeUndefined();
  expect(latenessOf(second, at(255))).toBe('unfinished');
  const done = passed(second, 0, { passedAt: at(300), distanceM: 5, reason: undefined });
  expect([latenessOf(done, at(999)), done.state, done.finishedAt]).toEqual([undefined, 'finished', at(300)]);
});

it('counts the time of a round that could not be opened when it began from when it was', () => {
  const late = opened(BEGIN + HOUR);
  expect(latenessOf(late, BEGIN + HOUR + 14 * 60_000)).toBeUndefined();
  expect(latenessOf(late, BEGIN + HOUR + 15 * 60_000)).toBe('late-start');
});
