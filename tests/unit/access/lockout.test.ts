import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lockout } from '../../../gateway/access/lockout.ts';

const MINUTE = 60_000;
const fail = (lockout: Lockout, times: number, from = '10.0.0.1', at = 0) => {
  for (let n = 0; n < times; n += 1) lockout.failed('wang', from, at);
};

describe('the wait after wrong passwords', () => {
  it('begins with the fifth, doubles, and ends at a quarter of an hour', () => {
    const lockout = new Lockout();
    const waits = Array.from({ length: 11 }, () => {
      lockout.failed('wang', '10.0.0.1', 0);
      return lockout.waitMs('wang', '10.0.0.1', 0) / MINUTE;
    });
    expect(waits).toEqual([0, 0, 0, 0, 1, 2, 4, 8, 15, 15, 15]);
  });

  it('holds for the address that failed: a guesser elsewhere does not lock the duty officer out', () => {
    const lockout = new Lockout();
    fail(lockout, 9, '203.0.113.7');
    expect(lockout.waitMs('wang', '203.0.113.7', 0)).toBeGreaterThan(0);
    expect(lockout.waitMs('wang', '10.0.0.1', 0)).toBe(0);
  });

  it('holds for every address once thirty have failed together', () => {
    const lockout = new Lockout();
    for (let n = 0; n < 30; n += 1) fail(lockout, 1, `203.0.113.${n}`);
    expect(lockout.waitMs('wang', '10.0.0.1', 0)).toBe(MINUTE);
  });

  it('is over after a success, and after a day', () => {
    const lockout = new Lockout();
    fail(lockout, 6);
    lockout.succeeded('wang');
    expect(lockout.waitMs('wang', '10.0.0.1', 0)).toBe(0);
    fail(lockout, 6);
    fail(lockout, 1, '10.0.0.1', 25 * 60 * MINUTE);
    expect(lockout.waitMs('wang', '10.0.0.1', 25 * 60 * MINUTE)).toBe(0);
  });

  it('never lasts longer than a quarter of an hour after the last failure', () => {
    const event = fc.record({
      name: fc.constantFrom('a', 'b'),
      from: fc.constantFrom('x', 'y'),
      afterMs: fc.nat(20 * MINUTE),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const lockout = new Lockout();
        let now = 0;
        for (const { name, from, afterMs } of events) {
          now += afterMs;
          lockout.failed(name, from, now);
          expect(lockout.waitMs(name, from, now)).toBeLessThanOrEqual(15 * MINUTE);
          expect(lockout.waitMs(name, from, now + 15 * MINUTE)).toBe(0);
        }
      }),
    );
  });
});
