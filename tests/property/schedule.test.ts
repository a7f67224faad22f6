import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ArmingPlan, isArmed } from '../../gateway/domain/arming.ts';
import { ALWAYS, type Days, isWithinHours, type Schedule } from '../../gateway/domain/schedule.ts';

const calendar = { restdays: ['2026-10-01'], workdays: ['2026-10-10'] };
const hours = (days: Days, from: number, to: number): Schedule => ({
  zone: 'Asia/Shanghai',
  spans: [{ days, from, to }],
  calendar,
});
const at = (text: string): number => Date.parse(`${text}+08:00`);
const plan = (schedule: Schedule, more: Partial<ArmingPlan> = {}): ArmingPlan => ({
  id: 'p',
  zh: '夜间布防',
  en: 'Night',
  where: {},
  hours: schedule,
  graceMs: 0,
  version: 1,
  ...more,
});
const Minute = fc.integer({ min: 0, max: 1439 });
const Moment = fc.integer({ min: at('2026-01-01T00:00'), max: at('2027-01-01T00:00') });

describe('hours of a week', () => {
  it.each([
    ['a night over midnight, in the evening', 'every', 22 * 60, 6 * 60, '2026-11-25T23:30', true],
    ['a night over midnight, in the morning', 'every', 22 * 60, 6 * 60, '2026-11-26T05:59', true],
    ['its end', 'every', 22 * 60, 6 * 60, '2026-11-26T06:00', false],
    ['the night that a Saturday begins reaches into Sunday', [6], 22 * 60, 6 * 60, '2026-11-29T03:00', true],
    ['and Saturday’s own morning belongs to Friday', [6], 22 * 60, 6 * 60, '2026-11-28T03:00', false],
    ['a holiday on a Thursday is no workday', 'workdays', 0, 1440, '2026-10-01T12:00', false],
    ['a make-up day on a Saturday is one', 'workdays', 0, 1440, '2026-10-10T12:00', true],
    ['and no restday', 'restdays', 0, 1440, '2026-10-10T12:00', false],
  ] as const)('%s', (_what, days, from, to, moment, expected) => {
    expect(isWithinHours(hours(days, from, to), at(moment))).toBe(expected);
  });

  it('every minute is either a workday’s or a restday’s', () => {
    fc.assert(
      fc.property(Moment, (moment) => {
        expect(isWithinHours(hours('workdays', 0, 1440), moment)).not.toBe(
          isWithinHours(hours('restdays', 0, 1440), moment),
        );
      }),
    );
  });

  it('a span and the rest of the day share no minute and leave none out', () => {
    fc.assert(
      fc.property(Minute, Minute, Moment, (from, to, moment) => {
        fc.pre(from !== to);
        expect(isWithinHours(hours('every', from, to), moment)).not.toBe(
          isWithinHours(hours('every', to, from), moment),
        );
      }),
    );
  });
});

describe('an arming plan', () => {
  it('lets people leave before it counts', () => {
    const night = plan(hours('every', 22 * 60, 6 * 60), { graceMs: 300_000 });
    expect(isArmed(night, at('2026-11-25T22:04:59'))).toBe(false);
    expect(isArmed(night, at('2026-11-25T22:05'))).toBe(true);
    expect(isArmed(night, at('2026-11-26T05:59'))).toBe(true);
  });

  it('does what somebody set by hand, until then and no longer', () => {
    fc.assert(
      fc.property(Moment, fc.integer({ min: 1, max: 86_400_000 }), fc.boolean(), (moment, ms, armed) => {
        const set = plan(ALWAYS, { override: { armed, until: moment + ms, by: 'seat' } });
        expect(isArmed(set, moment)).toBe(armed);
        expect(isArmed(set, moment + ms)).toBe(true);
      }),
    );
  });
});
