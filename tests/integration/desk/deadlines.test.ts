import { join } from 'node:path';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { decide } from '../../../gateway/alarms/decide.ts';
import { escalateOverdue } from '../../../gateway/desk/deadlines.ts';
import { openLanes } from '../../../gateway/desk/open-desk.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { at, byPerson, entriesOf, FENCE, occurrence } from '../../parts/alarm-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const ID = '019392a0-0000-7000-8000-000000000001';

async function house() {
  const journal = await openSqliteJournal(join(await temporaryFolder(onTestFinished), 'journal.sqlite'), Date.now);
  onTestFinished(() => journal.close());
  const lanes = openLanes(journal, journal.queries);
  await lanes.commit(FENCE.id, entriesOf(decide(lanes.stateOf(FENCE.id), occurrence('08:00:00', { newAlarm: ID }))));
  const lookAt = (time: string) =>
    escalateOverdue({ lanes, queries: journal.queries, now: () => at(time), log: pino({ level: 'silent' }) });
  const centre = () => journal.queries.alarm(ID)?.centre;
  return { lanes, lookAt, centre };
}

it('hands an alarm that nobody accepts from the township to the county and to the city, a limit each, and no further', async () => {
  const { lookAt, centre } = await house();
  await lookAt('08:01:59');
  expect(centre()).toBe('360902102000');
  await lookAt('08:02:01');
  await lookAt('08:02:02');
  expect(centre()).toBe('360902000000');
  await lookAt('08:04:01');
  await lookAt('09:00:00');
  expect(centre()).toBe('360900000000');
});

it('leaves an alarm where it is once somebody has accepted it', async () => {
  const { lanes, lookAt, centre } = await house();
  const alarm = lanes.find(ID);
  if (alarm === undefined) throw new Error('the alarm was not raised');
  await lanes.commit(FENCE.id, [{ kind: 'acknowledged', ...byPerson(alarm) }]);
  await lookAt('09:00:00');
  expect(centre()).toBe('360902102000');
});
