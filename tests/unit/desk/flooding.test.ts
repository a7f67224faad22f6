import { describe, expect, it } from 'vitest';
import { CALM_AFTER_MS } from '../../../gateway/alarms/chattering.ts';
import { Rates } from '../../../gateway/desk/rates.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { CLIMB, FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

const RATE = { perSecond: 50, burst: 200 };
const intrusion = (index: number, more: Partial<Signal> = {}): Signal => ({
  kind: 'signal',
  device: FENCE.id,
  type: INTRUSION.code,
  id: `m${index}`,
  active: true,
  ...more,
});

/** A thousand messages in a second, a batch of ten every 10 ms, each told by `say`. */
async function second(desk: ReturnType<typeof deskInMemory>, say: (index: number) => Signal, from = 0): Promise<void> {
  for (let batch = 0; batch < 100; batch++) {
    await desk.intake.accept(Array.from({ length: 10 }, (_, index) => say(from + batch * 10 + index)));
    desk.clock.now += 10;
  }
}

const conditionOf = (desk: ReturnType<typeof deskInMemory>, type: string) =>
  [...desk.alarms.values()].filter((alarm) => alarm.type === type).map(({ condition }) => condition);

describe('one device at 1,000 messages a second', () => {
  it('is decided at its rate, the rest is counted, and all of it is one alarm', async () => {
    const desk = deskInMemory(RATE);
    await second(desk, (index) => intrusion(index));
    expect(desk.entries.length).toBeLessThan(260); // 200 at once, 50 in the second, the alarms themselves
    expect(desk.counts.get('nothing flooding')).toBeGreaterThan(740);
    expect([...desk.alarms.values()].map(({ type }) => type)).toEqual([INTRUSION.code, 'device.flapping']);
  });

  it('raises its own alarm once, says how much is too much, and clears it after five minutes of calm', async () => {
    const desk = deskInMemory(RATE);
    await second(desk, (index) => intrusion(index));
    await second(desk, (index) => intrusion(index), 1_000);
    const flapping = () => [...desk.alarms.values()].filter(({ type }) => type === 'device.flapping');
    expect(flapping()).toMatchObject([{ condition: 'active', count: 1, text: expect.stringContaining('50') }]);
    desk.clock.now += 299_000;
    await desk.intake.settle();
    expect(flapping()).toMatchObject([{ condition: 'active' }]);
    desk.clock.now += 1_000;
    await desk.intake.settle();
    expect(flapping()).toMatchObject([{ condition: 'cleared', count: 1 }]);
  });

  it('takes nothing from another device', async () => {
    const desk = deskInMemory(RATE);
    await second(desk, (index) => intrusion(index, index % 50 === 0 ? { device: 'quiet-1' } : {}));
    const quiet = [...desk.alarms.values()].filter(({ device }) => device === 'quiet-1');
    expect(quiet).toMatchObject([{ type: INTRUSION.code, count: 20 }]);
  });

  it('loses no other alarm of that device: the first of a type, a graver one, a beginning', async () => {
    const desk = deskInMemory(RATE, [INTRUSION, CLIMB]);
    await second(desk, (index) => intrusion(index));
    await desk.intake.accept([intrusion(2_000, { type: CLIMB.code }), intrusion(2_001, { severity: 1 })]);
    expect([...desk.alarms.values()]).toMatchObject([
      { type: INTRUSION.code, severity: 1 },
      { type: 'device.flapping' },
      { type: CLIMB.code },
    ]);
  });

  it('keeps the alarm of a bouncing contact active, and its end is told once it is calm', async () => {
    const desk = deskInMemory(RATE);
    await second(desk, (index) => intrusion(index, { active: index % 2 === 0 })); // ends with "over"
    await desk.intake.settle();
    expect(conditionOf(desk, INTRUSION.code)).toEqual(['active']);
    desk.clock.now += CALM_AFTER_MS;
    await desk.intake.settle();
    expect(conditionOf(desk, INTRUSION.code)).toEqual(['cleared']);
  });

  it('decides an end that the journal did not take at the next settling', async () => {
    const desk = deskInMemory(RATE);
    await second(desk, (index) => intrusion(index, { active: index % 2 === 0 }));
    await desk.intake.settle();
    desk.clock.now += CALM_AFTER_MS;
    desk.disk.isRefusing = true;
    await expect(desk.intake.settle()).rejects.toThrow('cannot store');
    desk.disk.isRefusing = false;
    desk.clock.now += 1_000;
    await desk.intake.settle();
    expect(conditionOf(desk, INTRUSION.code)).toEqual(['cleared']);
  });

  it('decides each record of an outage that comes at once, by the time on the device', async () => {
    const desk = deskInMemory(RATE);
    const hours = 400; // twice the burst
    const records = Array.from({ length: hours }, (_, hour) => {
      const at = desk.clock.now - (hours - hour) * 3_600_000;
      return [intrusion(hour, { at }), intrusion(hour, { id: `end${hour}`, active: false, at: at + 5_000 })];
    });
    await desk.intake.accept(records.flat());
    await desk.intake.settle();
    expect(conditionOf(desk, INTRUSION.code)).toEqual(Array.from({ length: hours }, () => 'cleared'));
  });

  it('archives the latest measured values', async () => {
    const desk = deskInMemory(RATE);
    const reports = Array.from(
      { length: 1_000 },
      (_, value) => ({ kind: 'telemetry', device: FENCE.id, values: { value } }) as const,
    );
    await desk.intake.accept(reports);
    await desk.intake.settle();
    const values = desk.entries.flatMap((entry) => (entry.kind === 'telemetry' ? [entry.telemetry.values] : []));
    expect(values).toHaveLength(201);
    expect(values.at(-1)).toEqual({ value: 999 });
  });

  it('keeps no more dead letters of it than its rate, whether it is known or not', async () => {
    const desk = deskInMemory(RATE);
    const letter = (device: string, number: number) =>
      ({
        kind: 'dead-letter',
        topic: `fengsui/v1/${device}/event`,
        device,
        fault: { reason: 'not-json', field: '(payload)', value: '{', expected: 'a JSON object' },
        payload: `{${number}`,
      }) as const;
    await desk.intake.accept(Array.from({ length: 1_000 }, (_, number) => letter(FENCE.id, number)));
    await desk.intake.accept(Array.from({ length: 1_000 }, (_, number) => letter('stranger', number)));
    expect(desk.entries.filter(({ kind }) => kind === 'dead-letter')).toHaveLength(400);
    expect(desk.counts.get('nothing flooding')).toBe(1_600);
  });
});

describe('a bucket', () => {
  it('gives its burst at once and then its rate, and nothing for a clock that goes back', () => {
    const rates = new Rates({ perSecond: 2, burst: 3 });
    const taken = (at: number) => rates.take('a', at);
    expect([taken(0), taken(0), taken(0), taken(0)]).toEqual([true, true, true, false]);
    expect([taken(499), taken(500), taken(500)]).toEqual([false, true, false]);
    expect([taken(-10_000), taken(999), taken(1_000)]).toEqual([false, false, true]);
  });

  it('is forgotten when it is full again', () => {
    const rates = new Rates({ perSecond: 1, burst: 2 });
    rates.take('a', 0);
    rates.take('b', 900);
    rates.forgetQuiet(1_000);
    expect(rates.size).toBe(1);
  });
});
