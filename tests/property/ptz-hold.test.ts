import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOLD_MS, holdAfter, isHeld, type PtzHold, type PtzSeeker, rankOf } from '../../gateway/domain/ptz-hold.ts';

const CENTRES = ['360000000000', '360900000000', '360902000000', '360902001000', '360902001001'];
const ROLES = ['operator', 'dispatcher', 'administrator'];
const seekers: readonly PtzSeeker[] = CENTRES.flatMap((centre) =>
  ROLES.map((role) => ({ username: `${role}-${centre}`, displayName: undefined, session: '', role, centre })),
);
const steps = fc.array(
  fc.record({ seeker: fc.constantFrom(...seekers), afterMs: fc.integer({ min: 0, max: 2 * HOLD_MS }) }),
  { maxLength: 60 },
);

it('never takes a held camera from a higher or an equal, and refuses nobody else', () => {
  fc.assert(
    fc.property(steps, (acts) => {
      let [now, held]: [number, PtzHold | undefined] = [0, undefined];
      for (const { seeker, afterMs } of acts) {
        now += afterMs;
        const before: PtzHold | undefined = held;
        const other = before !== undefined && isHeld(before, now) && before.holder.username !== seeker.username;
        const done = holdAfter(before, seeker, now);
        const mayNot = other && rankOf(seeker) <= rankOf(before.holder);
        expect(done.ok).toBe(!mayNot);
        if (done.ok) expect(done.value).toEqual({ holder: seeker, until: now + HOLD_MS });
        else expect(done.error).toBe(before);
        if (done.ok) held = done.value;
      }
    }),
  );
});

it('puts a wider centre before a narrower one, and a dispatcher before an operator of the same level', () => {
  const ranks = CENTRES.flatMap((centre) => [
    rankOf({ centre, role: 'dispatcher' }),
    rankOf({ centre, role: 'operator' }),
  ]);
  expect(ranks).toEqual([...new Set(ranks)].sort((a, b) => b - a));
  expect(rankOf({ centre: '360982000000', role: 'operator' })).toBe(
    rankOf({ centre: '360902000000', role: 'operator' }),
  );
});
