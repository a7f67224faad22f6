import pino from 'pino';
import { expect, it } from 'vitest';
import { SignalIntake } from '../../../gateway/desk/intake.ts';
import { openLanes } from '../../../gateway/desk/open-desk.ts';
import type { Report } from '../../../gateway/domain/signal.ts';
import { PresenceMap } from '../../../gateway/registry/presence.ts';
import { at, FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { Disk } from '../../simulation/disk.ts';
import { HandJournal } from '../../simulation/hand-journal.ts';

/** A gateway over a disk that outlives it; its clock is the test's. */
function start(disk: Disk, clock: { now: number }) {
  const journal = new HandJournal(disk, () => clock.now);
  const intake = new SignalIntake({
    lanes: openLanes(journal, disk.queries(journal.head)),
    journal,
    findDevice: (id) => (id === FENCE.id ? FENCE : undefined),
    definitionOf: (_device, word) => (word === INTRUSION.code ? INTRUSION : undefined),
    limitsOf: () => ({ acceptMs: undefined, arriveMs: undefined, closeMs: undefined }),
    presence: new PresenceMap(),
    count: () => undefined,
    newAlarmId: () => 'a1',
    now: () => clock.now,
    clockAllowanceMs: 120_000,
    deviceRate: { perSecond: 1e9, burst: 1e9 },
    log: pino({ level: 'silent' }),
  });
  const hear = async (...reports: readonly Report[]): Promise<void> => {
    const accepted = intake.accept(reports);
    for (await soon(); !journal.isIdle; await soon()) {
      journal.store(100);
      journal.answer();
    }
    await accepted;
  };
  return { journal, intake, hear };
}

/** What was said has been handed to the journal. */
const soon = (): Promise<void> => new Promise(setImmediate);
const device = FENCE.id;
const temperature: Report = { kind: 'telemetry', device, at: at('08:00:00'), values: { rail: 21.5 } };
const opened: Report = { kind: 'access', device, at: at('08:00:00'), result: 'granted' };
const letter: Report = {
  kind: 'dead-letter',
  topic: 'fengsui/v1/x/event',
  fault: { reason: 'not-json', field: 'payload', value: '{', expected: 'JSON' },
  payload: '{',
};
const kinds = (disk: Disk): readonly string[] => disk.entries.map(({ entry }) => entry.kind);

it('keeps a measurement, a door and a letter once that come again, also after a crash', async () => {
  const [disk, clock] = [new Disk(), { now: at('08:00:01') }];
  const before = start(disk, clock);
  await before.hear(temperature, opened, letter);
  await before.hear(temperature, opened, letter);
  await start(disk, clock).hear(temperature, opened, letter);
  expect(kinds(disk)).toEqual(['telemetry', 'access', 'dead-letter']);
});

it('keeps what is said anew: another time, another value, another door’s answer, the same garbage later', async () => {
  const [disk, clock] = [new Disk(), { now: at('08:00:01') }];
  const { hear } = start(disk, clock);
  await hear(temperature, { ...temperature, at: at('08:00:10') }, { ...temperature, values: { rail: 22 } });
  await hear(opened, { ...opened, result: 'denied' }, { ...opened, id: 'm1' }, { ...opened, id: 'm1', at: 5 });
  expect(disk.entries).toHaveLength(3 + 3);
  await hear(letter);
  clock.now += 1_000;
  await hear(letter);
  expect(disk.entries).toHaveLength(3 + 3 + 2);
});

it('keeps each value of a device without a clock, for nobody can tell it from the last', async () => {
  const [disk, clock] = [new Disk(), { now: at('08:00:01') }];
  const { hear } = start(disk, clock);
  const { at: _at, ...undated } = temperature;
  await hear(undated);
  clock.now += 1;
  await hear(undated);
  expect(kinds(disk)).toEqual(['telemetry', 'telemetry']);
});

it('answers for a repetition no earlier than for what it repeats, and counts it when that was refused', async () => {
  const [disk, clock] = [new Disk(), { now: at('08:00:01') }];
  const { journal, intake, hear } = start(disk, clock);
  const [first, again] = [intake.accept([temperature]), intake.accept([temperature])];
  await soon();
  journal.refuse(10);
  await expect(first).rejects.toThrow('cannot store');
  await expect(again).rejects.toThrow('cannot store');
  await hear(temperature);
  expect(kinds(disk)).toEqual(['telemetry']);
});
