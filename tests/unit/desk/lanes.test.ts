import { expect, it } from 'vitest';
import { AlarmBook } from '../../../gateway/alarms/book.ts';
import { AlarmLanes } from '../../../gateway/desk/lanes.ts';
import type { Alarm } from '../../../gateway/domain/alarm.ts';
import type { AlarmEntry } from '../../../gateway/domain/entry.ts';
import { failed, ok } from '../../../gateway/domain/result.ts';
import type { Write } from '../../../gateway/journal/journal.ts';
import { FENCE, given, INTRUSION, latest, occurrence } from '../../parts/alarm-samples.ts';
import { MemoryJournal } from '../../parts/memory-journal.ts';
import { Disk } from '../../simulation/disk.ts';

/** A desk after a restart, with these alarms in its journal. */
function deskOver(...alarms: readonly Alarm[]): AlarmLanes {
  const disk = new Disk();
  for (const alarm of alarms) disk.alarms.set(alarm.id, alarm);
  const journal = {
    ...{ head: () => 0, read: () => [], versionOf: () => 0 },
    ...{ append: async () => [], close: async () => undefined, follow: new MemoryJournal().follow },
  };
  return new AlarmLanes(
    journal,
    disk.queries(() => 0),
    new AlarmBook(),
  );
}

const sample = latest(given(occurrence('08:00:00')));
const first: Alarm = { ...sample, id: 'a1', state: 'handling' };
const second: Alarm = { ...sample, id: 'a2', occurredAt: sample.occurredAt + 1000, state: 'closed' };

it('lets no signal join an older alarm that somebody looks at, when the later one is closed', () => {
  const lanes = deskOver(first, second);
  expect(lanes.find('a1')).toEqual(first);
  expect(lanes.stateOf(FENCE.id).open.get(INTRUSION.code)).toBeUndefined();
});

it('lets signals join the latest alarm that somebody opens again', () => {
  const lanes = deskOver(first, second);
  expect(lanes.find('a2')).toEqual(second);
  expect(lanes.stateOf(FENCE.id).open.get(INTRUSION.code)?.id).toBe('a2');
});

const OTHER = { ...FENCE, id: 'fence-2' };
const raisedAt = (device: typeof FENCE): AlarmEntry => {
  const raised = { ...latest(given(occurrence('08:00:00'))), id: `of-${device.id}`, device: device.id };
  return { kind: 'raised', signal: `${device.id}:1`, raised };
};

it('tells who gave an order whether his own is stored, and who brought many whether all are', async () => {
  const journal = {
    ...{ head: () => 0, read: () => [], versionOf: () => 0, close: async () => undefined },
    append: async (writes: readonly Write[]) =>
      writes.map(({ subject }) =>
        subject === `device/${OTHER.id}` ? failed({ subject, expected: 0, found: 1 }) : ok(1),
      ),
    follow: new MemoryJournal().follow,
  };
  const lanes = new AlarmLanes(
    journal,
    new Disk().queries(() => 0),
    new AlarmBook(),
  );
  const together = [lanes.commit(FENCE.id, [raisedAt(FENCE)]), lanes.commit(OTHER.id, [raisedAt(OTHER)])] as const;
  const [own, others, many] = await Promise.allSettled([...together, lanes.settled(FENCE.id)]);
  expect(own).toMatchObject({ status: 'fulfilled', value: { device: FENCE.id } });
  expect(others).toMatchObject({ status: 'rejected', reason: { name: 'JournalUnavailable' } });
  expect(many.status).toBe('rejected'); // it may have repeated the one or the other
  expect(lanes.stateOf(FENCE.id).open.size).toBe(1);
  expect(lanes.stateOf(OTHER.id).open.size).toBe(0);
});
