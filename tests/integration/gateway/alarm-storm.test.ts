import { join } from 'node:path';
import pino from 'pino';
import { expect, it } from 'vitest';
import { growingAlarmIds } from '../../../gateway/desk/alarm-ids.ts';
import { SignalIntake } from '../../../gateway/desk/intake.ts';
import { openLanes } from '../../../gateway/desk/open-desk.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { verifyJournal } from '../../../gateway/journal/verification.ts';
import { PresenceMap } from '../../../gateway/registry/presence.ts';
import { FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const ALARMS = 100_000;
/** What the adapters let in before it is durable. */
const WINDOW = 2_000;

const signal = (number: number): Signal => ({
  kind: 'signal',
  device: `fence-${number}`,
  type: INTRUSION.code,
  id: 'first',
  active: true,
});

it('100,000 alarms in a minute: each is there once, in order, and a start finds them all open', async ({
  onTestFinished,
}) => {
  const file = join(await temporaryFolder(onTestFinished), 'journal.sqlite');
  const open = async () => {
    const journal = await openSqliteJournal(file, Date.now);
    const lanes = openLanes(journal, journal.queries);
    const intake = new SignalIntake({
      lanes,
      journal,
      findDevice: (id) => ({ ...FENCE, id }),
      definitionOf: () => INTRUSION,
      limitsOf: () => ({ acceptMs: undefined, arriveMs: undefined, closeMs: undefined }),
      presence: new PresenceMap(),
      count: () => undefined,
      newAlarmId: growingAlarmIds(journal.queries, Date.now),
      now: Date.now,
      clockAllowanceMs: 120_000,
      deviceRate: { perSecond: 200, burst: 1_000 },
      log: pino({ level: 'silent' }),
    });
    return { journal, lanes, intake };
  };
  const first = await open();
  for (let from = 0; from < ALARMS; from += WINDOW) {
    await first.intake.accept(Array.from({ length: WINDOW }, (_, at) => signal(from + at)));
  }
  await first.intake.accept(Array.from({ length: WINDOW }, (_, at) => signal(at))); // a broker's repeats
  expect(first.journal.head()).toBe(ALARMS);
  await first.journal.close();
  expect(verifyJournal(file)).toMatchObject({ ok: true, value: { entries: ALARMS } });

  const again = await open();
  onTestFinished(() => again.journal.close());
  const [counted] = again.journal.queries.counts({ regions: [] });
  expect(counted).toEqual({ severity: INTRUSION.severity, state: 'new', count: ALARMS });
  expect(again.lanes.stateOf(`fence-${ALARMS - 1}`).open.get(INTRUSION.code)).toMatchObject({ state: 'new', count: 1 });
});
