import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CALM_AFTER_MS } from '../../gateway/alarms/chattering.ts';
import type { Signal } from '../../gateway/domain/signal.ts';
import { CLIMB, FENCE, INTRUSION } from '../parts/alarm-samples.ts';
import { deskInMemory } from '../parts/desk-in-memory.ts';

const SMOKE = { ...INTRUSION, code: 'fire.smoke', severity: 1, mergeWindowMs: 0 } as const;
const said = fc.record({
  type: fc.constantFrom(INTRUSION.code, CLIMB.code, SMOKE.code),
  active: fc.constantFrom(true, false, undefined),
  severity: fc.constantFrom(undefined, 1, 2, 3, 4),
  afterMs: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 0, max: 200 }) }, fc.integer({ min: 0, max: 120_000 })),
  lateMs: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 7_200_000 })),
  settles: fc.boolean(),
});
type Said = typeof said extends fc.Arbitrary<infer T> ? T : never;

/** What the desk ends with, when the device may say `perSecond`. */
async function heard(story: readonly Said[], perSecond: number) {
  const desk = deskInMemory({ perSecond, burst: perSecond }, [INTRUSION, CLIMB, SMOKE]);
  for (const [index, { type, active, severity, afterMs, lateMs, settles }] of story.entries()) {
    desk.clock.now += afterMs;
    const signal: Signal = {
      kind: 'signal',
      device: FENCE.id,
      type,
      id: `m${index}`,
      at: desk.clock.now - lateMs,
      ...(type === CLIMB.code || active === undefined ? {} : { active }),
      ...(severity === undefined ? {} : { severity }),
    };
    await desk.intake.accept([signal]);
    if (settles) await desk.intake.settle();
  }
  desk.clock.now += CALM_AFTER_MS; // a contact that chattered is believed once it is calm
  await desk.intake.settle();
  const alarms = [...desk.alarms.values()].filter(({ type }) => type !== 'device.flapping');
  return Map.groupBy(alarms, ({ type }) => type);
}

const plainly = { severity: undefined, afterMs: 0, lateMs: 0, settles: false };
/** Over its rate a device tells of an end, and once more of one that it dates a millisecond earlier. */
const LATE_END: Said[] = [
  { type: INTRUSION.code, active: true, ...plainly },
  { type: SMOKE.code, active: true, ...plainly },
  { type: SMOKE.code, active: false, ...plainly },
  { type: SMOKE.code, active: false, ...plainly, lateMs: 1 },
];

it('leaves each type of alarm as the device would have without a cap: raised, as grave, and over or not', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { maxLength: 60 }), async (story) => {
      const [free, capped] = [await heard(story, 100_000), await heard(story, 2)];
      expect([...capped.keys()].sort()).toEqual([...free.keys()].sort());
      for (const [type, without] of free) {
        const under = capped.get(type) ?? [];
        expect(under.at(-1)?.condition).toBe(without.at(-1)?.condition);
        expect(Math.min(...under.map(({ severity }) => severity))).toBe(
          Math.min(...without.map(({ severity }) => severity)),
        );
      }
    }),
    { numRuns: 300, examples: [[LATE_END]] },
  );
});
