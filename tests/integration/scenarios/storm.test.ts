import { expect, it, onTestFinished } from 'vitest';
import { openCityDesk } from '../../../bench/city-desk.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const STARTS_AT = Date.parse('2026-06-18T15:00:00+08:00');
const TYPE = 'railway.perimeter.intrusion';

it('5,000 fence alarms in a minute on one line become few incidents, each with its true count', async () => {
  const kms = Array.from({ length: 100 }, (_, at) => 806_000 + at * 200 + (at < 60 ? 0 : 15_000));
  const devices = kms.map((kmValue) => ({
    id: `fence-${kmValue}`,
    kind: 'railway' as const,
    profile: 'fengsui',
    name: `周界 ${kmValue}`,
    region: '360902001000',
    place: { line: '沪昆线', kmValue },
    enabled: true,
  }));
  const folder = await temporaryFolder(onTestFinished);
  const { intake, clock, ledger, alarms } = await openCityDesk(
    { folder, startsAt: STARTS_AT, devices },
    onTestFinished,
  );
  for (let number = 0; number < 5_000; number += 1) {
    clock.now = STARTS_AT + number * 12;
    const device = devices[number % devices.length]?.id ?? '';
    const report = { kind: 'signal', device, type: TYPE, id: `${number}`, at: clock.now, active: true } as const;
    await ledger.take(report, () => intake.accept([report]));
  }
  const incidents = [...Map.groupBy(alarms(), ({ incident }) => incident).values()].map((members) => ({
    members: members.length,
    count: members.reduce((sum, { count }) => sum + count, 0),
  }));
  // the first 12 km and, 15 km on, the next 8 km: two stretches, and 50 reports of each fence
  expect(incidents.toSorted((a, b) => a.members - b.members)).toEqual([
    { members: 40, count: 2_000 },
    { members: 60, count: 3_000 },
  ]);
  expect([...ledger.outcomes]).toEqual([
    ['decided raised', 100],
    ['decided repeated', 4_900],
  ]);
});
