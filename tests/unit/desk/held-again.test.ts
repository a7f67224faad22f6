import { expect, it } from 'vitest';
import { doorDeriver } from '../../../gateway/desk/deriving/doors.ts';
import { PlaceRules } from '../../../gateway/desk/place-rules.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

const RATE = { perSecond: 10_000, burst: 100_000 };
const typed = (code: string) => ({ ...INTRUSION, code });
const say = (id: string, active: boolean, type = INTRUSION.code): Signal => ({
  kind: 'signal',
  device: FENCE.id,
  type,
  id,
  active,
});

it('a door that shuts in time after a grant is never 门未关, however long one waits', async () => {
  const doors = ['community.door.forced', 'community.door.held'].map(typed);
  const { intake, clock, alarms, counts } = deskInMemory(RATE, doors, { derivers: [doorDeriver()] });
  await intake.accept([{ kind: 'access', device: FENCE.id, result: 'granted', id: 'a1' }]);
  await intake.accept([say('o1', true, 'community.door.forced')]);
  clock.now += 8_000;
  await intake.accept([say('o2', false, 'community.door.forced')]);
  clock.now += 120_000;
  await intake.settle();
  expect([...alarms.values()]).toEqual([]);
  expect(counts.get('nothing too-short')).toBe(1);
});

it('a beginning that came to nothing does not wait once more when a broker brings it again after its end', async () => {
  const { intake, clock, alarms, counts } = deskInMemory(RATE, [{ ...INTRUSION, holdOffMs: 2_000 }]);
  const beginning = say('b1', true);
  await intake.accept([beginning]);
  clock.now += 500;
  await intake.accept([say('b2', false)]);
  clock.now += 1_000;
  await intake.accept([beginning]);
  clock.now += 60_000;
  await intake.settle();
  expect([...alarms.values()]).toEqual([]);
  expect(counts.get('nothing duplicate')).toBe(1);
});

it('a beginning that the log refused waits when it comes again', async () => {
  const { intake, clock, disk, alarms } = deskInMemory(RATE, [{ ...INTRUSION, holdOffMs: 2_000 }]);
  disk.isRefusing = true;
  await expect(intake.accept([say('b1', true)])).rejects.toThrow('cannot store');
  disk.isRefusing = false;
  await intake.accept([say('b1', true)]);
  clock.now += 2_000;
  await intake.settle();
  expect([...alarms.values()]).toMatchObject([{ type: INTRUSION.code, count: 1 }]);
});

it('a detector that nobody has armed does not flap, however often it changes', async () => {
  const hours = { zone: 'Asia/Shanghai', spans: [], calendar: { restdays: [], workdays: [] } };
  const where = { types: [INTRUSION.code] };
  const plan = { id: 'day', zh: '白天撤防', en: 'By day', where, hours, graceMs: 0, version: 1 };
  const { intake, clock, alarms } = deskInMemory(RATE, [INTRUSION], { places: new PlaceRules([plan], []) });
  for (let turn = 0; turn < 20; turn++) {
    clock.now += 1_000;
    await intake.accept([say(`t${turn}`, turn % 2 === 0)]);
  }
  expect([...alarms.values()]).toEqual([]);
});
