import { join } from 'node:path';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { SignalIntake } from '../../../gateway/desk/intake.ts';
import { openLanes } from '../../../gateway/desk/open-desk.ts';
import type { AlarmDefinition } from '../../../gateway/domain/alarm.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { type Journal, JournalUnavailable, type Write } from '../../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { PresenceMap } from '../../../gateway/registry/presence.ts';
import { at, FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

/** The gateway's heart on a real journal whose disk can be made to refuse. */
async function heart() {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  const real = await openSqliteJournal(file, () => at('08:00:00'));
  onTestFinished(() => real.close());
  let isRefusing = false;
  const journal: Journal = {
    ...real,
    append: (writes: readonly Write[]) =>
      isRefusing ? Promise.reject(new JournalUnavailable('no space left on device')) : real.append(writes),
  };
  let serial = 0;
  const intake = new SignalIntake({
    lanes: openLanes(journal, real.queries),
    journal,
    findDevice: (id) => (id === FENCE.id ? FENCE : undefined),
    definitionOf: (_device, word) => [INTRUSION, CLOCK_OFF].find(({ code }) => code === word),
    limitsOf: () => ({ acceptMs: undefined, arriveMs: undefined, closeMs: undefined }),
    presence: new PresenceMap(),
    count: () => undefined,
    newAlarmId: () => `alarm-${++serial}`,
    now: () => at('08:00:00'),
    clockAllowanceMs: 120_000,
    deviceRate: { perSecond: 50, burst: 200 },
    log: pino({ level: 'silent' }),
  });
  const refuse = (on: boolean) => {
    isRefusing = on;
  };
  return { intake, queries: real.queries, refuse };
}

const CLOCK_OFF: AlarmDefinition = { ...INTRUSION, code: 'device.clock.off', zh: '时钟偏差', severity: 4 };
const intrusion = (id: string, active = true): Signal => ({
  kind: 'signal',
  device: FENCE.id,
  type: INTRUSION.code,
  id,
  active,
});
const stored = ({ queries }: Awaited<ReturnType<typeof heart>>) =>
  queries.alarms({ where: { regions: [] }, after: undefined, limit: 10 }).items;

it('does not answer for a signal that the disk refused, and counts it once when it comes again', async () => {
  const house = await heart();
  house.refuse(true);
  await expect(house.intake.accept([intrusion('m1'), intrusion('m2')])).rejects.toThrow(JournalUnavailable);
  house.refuse(false);
  await house.intake.accept([intrusion('m1'), intrusion('m2')]);
  expect(stored(house)).toMatchObject([{ count: 2, version: 2 }]);
});

it('forgets what it had decided on top of a refused entry', async () => {
  const house = await heart();
  await house.intake.accept([intrusion('m1')]);
  house.refuse(true);
  await expect(house.intake.accept([intrusion('m2', false)])).rejects.toThrow();
  house.refuse(false);
  await house.intake.accept([intrusion('m3')]);
  expect(stored(house)).toMatchObject([{ condition: 'active', count: 2 }]);
});

it('does not acknowledge a repetition before the first delivery is durable', async () => {
  const house = await heart();
  house.refuse(true);
  const outcomes = await Promise.allSettled([
    house.intake.accept([intrusion('m1')]),
    house.intake.accept([intrusion('m1')]),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('keeps an unknown device and an unknown type as dead letters, and takes the next good signal', async () => {
  const house = await heart();
  await house.intake.accept([
    { ...intrusion('m1'), device: 'nobody' },
    { ...intrusion('m2'), type: 'railway.moon' },
    intrusion('m3'),
  ]);
  const letters = house.queries.entriesOf(['dead-letter'], undefined, 10).map(({ entry }) => entry);
  expect(letters).toMatchObject([
    { letter: { fault: { reason: 'unknown-code', field: 'type', value: 'railway.moon' } } },
    { letter: { fault: { reason: 'unknown-device', value: 'nobody' } } },
  ]);
  expect(stored(house)).toHaveLength(1);
});

it('keeps a signal whose time is not to be believed, by our clock, and flags the device', async () => {
  const house = await heart();
  await house.intake.accept([{ ...intrusion('m1'), at: Date.UTC(1970, 0, 1) }]);
  expect(
    stored(house)
      .map(({ type }) => type)
      .sort(),
  ).toEqual(['device.clock.off', 'railway.perimeter.intrusion']);
  expect(new Set(stored(house).map(({ occurredAt }) => occurredAt))).toEqual(new Set([at('08:00:00')]));
});
