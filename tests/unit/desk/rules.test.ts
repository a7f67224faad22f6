import { describe, expect, it } from 'vitest';
import { loadCatalogue } from '../../../config/catalogue.ts';
import { CALM_AFTER_MS } from '../../../gateway/alarms/chattering.ts';
import { cattleDeriver } from '../../../gateway/desk/deriving/cattle.ts';
import { doorDeriver } from '../../../gateway/desk/deriving/doors.ts';
import { rejectionDeriver } from '../../../gateway/desk/deriving/rejections.ts';
import { IncidentWatch } from '../../../gateway/desk/incident-watch.ts';
import { PlaceRules } from '../../../gateway/desk/place-rules.ts';
import { SiteRules } from '../../../gateway/desk/site-rules.ts';
import type { Alarm, AlarmDefinition } from '../../../gateway/domain/alarm.ts';
import { ALWAYS, type Schedule } from '../../../gateway/domain/schedule.ts';
import type { Signal } from '../../../gateway/domain/signal.ts';
import { LineBook } from '../../../gateway/registry/line-book.ts';
import { FENCE, INTRUSION } from '../../parts/alarm-samples.ts';
import { deskInMemory } from '../../parts/desk-in-memory.ts';

const RATE = { perSecond: 10_000, burst: 100_000 };
const NEVER: Schedule = { ...ALWAYS, spans: [] };
type Desk = ReturnType<typeof deskInMemory>;

let number = 0;
const say = (active: boolean, more: Partial<Signal> = {}): Signal => ({
  kind: 'signal',
  device: FENCE.id,
  type: INTRUSION.code,
  id: `s${++number}`,
  active,
  ...more,
});
const alarmsOf = (desk: Desk, type: string = INTRUSION.code): readonly Alarm[] =>
  [...desk.alarms.values()].filter((alarm) => alarm.type === type);
const typed = (code: string, more: Partial<AlarmDefinition> = {}): AlarmDefinition => ({ ...INTRUSION, code, ...more });

async function pass(desk: Desk, ms: number): Promise<void> {
  desk.clock.now += ms;
  await desk.intake.settle();
}

describe('arming (布防)', () => {
  const plan = (hours = NEVER) => ({
    id: 'day',
    zh: '白天撤防',
    en: 'By day',
    where: { types: [INTRUSION.code] },
    hours,
    graceMs: 0,
    version: 1,
  });

  it('raises nothing while nobody has armed the place, and counts what it did not', async () => {
    const desk = deskInMemory(RATE, [INTRUSION], { places: new PlaceRules([plan()], []) });
    await desk.intake.accept([say(true)]);
    expect(alarmsOf(desk)).toEqual([]);
    expect(desk.counts.get('nothing disarmed')).toBe(1);
  });

  it('lets an alarm that is open go on and end', async () => {
    const places = new PlaceRules([plan(ALWAYS)], []);
    const desk = deskInMemory(RATE, [INTRUSION], { places });
    await desk.intake.accept([say(true)]);
    places.setPlan('day', plan(NEVER));
    await desk.intake.accept([say(true), say(false)]);
    expect(alarmsOf(desk)).toMatchObject([{ count: 2, condition: 'cleared' }]);
  });
});

it('maintenance (检修): raises nothing until its end, and again after it', async () => {
  const from = Date.parse('2026-11-24T07:00:00Z');
  const window = {
    id: 'm',
    where: { devices: [FENCE.id] },
    from,
    until: from + 7_200_000,
    reason: '换栅栏',
    by: 'admin',
  };
  const desk = deskInMemory(RATE, [INTRUSION], { places: new PlaceRules([], [{ ...window, version: 1 }]) });
  await desk.intake.accept([say(true)]);
  expect(desk.counts.get('nothing maintenance')).toBe(1);
  desk.clock.now = window.until;
  await desk.intake.accept([say(true)]);
  expect(alarmsOf(desk)).toHaveLength(1);
});

describe('hold-off (延时确认)', () => {
  const held = () => deskInMemory(RATE, [{ ...INTRUSION, holdOffMs: 10_000 }]);

  it('raises what has lasted, once, with the time at which it began', async () => {
    const desk = held();
    const beganAt = desk.clock.now;
    await desk.intake.accept([say(true, { at: beganAt })]);
    await pass(desk, 9_000);
    expect(alarmsOf(desk)).toEqual([]);
    await pass(desk, 1_000);
    await pass(desk, 60_000);
    expect(alarmsOf(desk)).toMatchObject([{ occurredAt: beganAt, count: 1, condition: 'active' }]);
  });

  it('makes nothing of what is over before', async () => {
    const desk = held();
    await desk.intake.accept([say(true)]);
    await pass(desk, 5_000);
    await desk.intake.accept([say(false)]);
    await pass(desk, 60_000);
    expect(alarmsOf(desk)).toEqual([]);
    expect(desk.counts.get('nothing too-short')).toBe(1);
  });

  it('keeps what waits when the log refuses its raising', async () => {
    const desk = held();
    await desk.intake.accept([say(true)]);
    desk.disk.isRefusing = true;
    await expect(pass(desk, 10_000)).rejects.toThrow('cannot store');
    desk.disk.isRefusing = false;
    await pass(desk, 1_000);
    expect(alarmsOf(desk)).toHaveLength(1);
  });
});

it('flapping (抖动): one alarm that stays active, and 状态抖动 beside it until five minutes of calm', async () => {
  const desk = deskInMemory(RATE);
  for (let turn = 0; turn < 40; turn++) {
    desk.clock.now += 1_000;
    await desk.intake.accept([say(turn % 2 === 0)]);
    await desk.intake.settle();
  }
  expect(alarmsOf(desk)).toMatchObject([{ condition: 'active' }]);
  expect(alarmsOf(desk, 'device.flapping')).toMatchObject([{ condition: 'active', count: 1 }]);
  await pass(desk, CALM_AFTER_MS);
  expect(alarmsOf(desk)).toMatchObject([{ condition: 'cleared' }]);
  expect(alarmsOf(desk, 'device.flapping')).toMatchObject([{ condition: 'cleared' }]);
});

it('a site has its own severity here and there, by region, kind and hours', async () => {
  const site = new SiteRules([
    { where: { devices: [FENCE.id], types: [INTRUSION.code] }, set: { severity: 1, mergeWindowMs: 0 } },
    { where: { types: [INTRUSION.code] }, hours: NEVER, set: { severity: 4 } },
  ]);
  const desk = deskInMemory(RATE, [INTRUSION], { site });
  await desk.intake.accept([say(true), say(true, { device: 'quiet-1' })]);
  expect(alarmsOf(desk).map(({ severity }) => severity)).toEqual([1, INTRUSION.severity]);
});

it('repetition makes it graver, by one step', async () => {
  const desk = deskInMemory(RATE, [{ ...INTRUSION, graverAfterCount: 3 }]);
  await desk.intake.accept([say(true), say(true)]);
  expect(alarmsOf(desk)).toMatchObject([{ severity: INTRUSION.severity }]);
  await desk.intake.accept([say(true), say(true), say(true)]);
  expect(alarmsOf(desk)).toMatchObject([{ severity: INTRUSION.severity - 1, count: 5 }]);
});

describe('an incident (事件)', () => {
  const RULE = {
    id: 'storm',
    types: ['railway.perimeter.'],
    within: 'line',
    withinMs: 60_000,
    withinM: 500,
    spanM: 5_000,
  } as const;
  const at = (km: number) => ({ place: { line: '沪昆线', kmValue: km } });
  const desk = (isClosed = () => false) =>
    deskInMemory(RATE, [INTRUSION], { incidents: new IncidentWatch([RULE], isClosed) });

  it('gathers what lies near in time and way under the first of them', async () => {
    const { intake, alarms } = desk();
    await intake.accept([say(true, at(812_300)), say(true, { device: 'quiet-1', ...at(812_700) })]);
    const [head, member] = [...alarms.values()];
    expect([head?.incident, member?.incident]).toEqual([head?.id, head?.id]);
  });

  it('leaves out what is too far or too late, and never hides a graver one', async () => {
    const heads = async (more: Partial<Signal>, waitMs = 0) => {
      const { intake, alarms, clock } = desk();
      await intake.accept([say(true, at(812_300))]);
      clock.now += waitMs;
      await intake.accept([say(true, { device: 'quiet-1', ...at(812_400), ...more })]);
      return [...alarms.values()].filter(({ id, incident }) => incident === id).length;
    };
    expect(await heads({})).toBe(1);
    expect(await heads(at(813_000))).toBe(2);
    expect(await heads({}, 60_000)).toBe(2);
    expect(await heads({ severity: 1 })).toBe(2);
  });
});

describe('cattle (耕牛定位)', () => {
  const STEPS = (['warning', 'danger', 'on-track'] as const).map((step, number) =>
    typed(`railway.cattle.${step}`, { severity: ([3, 2, 1] as const)[number] ?? 3 }),
  );
  const collars = () => deskInMemory(RATE, STEPS, { derivers: [cattleDeriver(new LineBook(loadCatalogue().lines))] });
  const active = (desk: Desk) =>
    [...desk.alarms.values()].filter(({ condition }) => condition === 'active').map(({ type }) => type.slice(15));

  async function stand(desk: Desk, metresNorth: number): Promise<readonly string[]> {
    desk.clock.now += 60_000;
    const place = { lng: 114.562, lat: 27.8123 + metresNorth / 111_195 };
    await desk.intake.accept([{ kind: 'telemetry', device: 'collar-1', values: {}, at: desk.clock.now, place }]);
    return active(desk);
  }

  it('warns in steps on the way to the track and clears them on the way back', async () => {
    const desk = collars();
    const seen: (readonly string[])[] = [];
    for (const metres of [400, 150, 20, 3, 60, 400]) seen.push(await stand(desk, metres));
    expect(seen).toEqual([[], ['warning'], ['warning', 'danger'], ['warning', 'danger', 'on-track'], ['warning'], []]);
    expect([...desk.alarms.values()][0]).toMatchObject({
      place: { line: '沪昆线', km: expect.stringMatching(/^K812\+/) },
    });
  });

  it('is one card a walk, which the gravest step heads, and jitter of 5 m moves nothing', async () => {
    const desk = collars();
    for (const metres of [500, 400, 290, 150, 60, 20, 3]) await stand(desk, metres);
    const before = desk.entries.length;
    for (const metres of [8, 2, 7, 3, 8]) await stand(desk, metres);
    const about = desk.entries.slice(before).filter(({ kind }) => kind !== 'telemetry');
    expect(about).toEqual([]);
    for (const metres of [60, 150, 290, 400]) await stand(desk, metres);
    const all = [...desk.alarms.values()];
    const heads = all.filter(({ id, incident }) => incident === undefined || incident === id);
    expect(heads.map(({ type }) => type)).toEqual(['railway.cattle.on-track']);
    expect(all.map(({ condition, count }) => `${condition} ${count}`)).toEqual(Array(3).fill('cleared 1'));
  });

  it('warns again after the log has refused it', async () => {
    const desk = collars();
    await stand(desk, 400);
    desk.disk.isRefusing = true;
    await expect(stand(desk, 150)).rejects.toThrow('cannot store');
    desk.disk.isRefusing = false;
    expect(await stand(desk, 150)).toEqual(['warning']);
  });
});

describe('doors (门禁)', () => {
  const [FORCED, HELD, DENIED] = ['forced', 'held', 'denied'].map((word) => typed(`community.door.${word}`));
  const doors = () =>
    deskInMemory(
      RATE,
      [FORCED, HELD, DENIED].flatMap((one) => one ?? []),
      { derivers: [doorDeriver()] },
    );
  const access = (result: 'granted' | 'denied', id: string) =>
    ({ kind: 'access', device: FENCE.id, result, id }) as const;
  const open = (active: boolean) => say(active, { type: 'community.door.forced' });
  const types = (desk: Desk) =>
    [...desk.alarms.values()].map(({ type, condition }) => `${type.slice(15)} ${condition}`);

  it('an opening after a grant is none, but a door that then stands open is', async () => {
    const desk = doors();
    await desk.intake.accept([access('granted', 'a1'), open(true)]);
    await pass(desk, 59_000);
    expect(types(desk)).toEqual([]);
    await pass(desk, 1_000);
    expect(types(desk)).toEqual(['held active']);
    await desk.intake.accept([open(false)]);
    expect(types(desk)).toEqual(['held cleared']);
  });

  it('an opening without one is forced, until the door is shut', async () => {
    const desk = doors();
    await desk.intake.accept([open(true)]);
    expect(types(desk)).toEqual(['forced active']);
    await desk.intake.accept([open(false)]);
    await pass(desk, 120_000);
    expect(types(desk)).toEqual(['forced cleared']);
  });

  it('five refusals in a minute are an alarm, four are none, and the same one twice is one', async () => {
    const desk = doors();
    for (const id of ['1', '2', '3', '4', '4']) {
      if (id !== '4') desk.clock.now += 5_000;
      await desk.intake.accept([access('denied', id)]);
    }
    expect(types(desk)).toEqual([]);
    desk.clock.now += 5_000;
    await desk.intake.accept([access('denied', '5')]);
    expect(types(desk)).toEqual(['denied active']);
  });
});

it('more than ten letters that nobody can read raise 报文持续无法解析, and a good message ends it', async () => {
  const REJECTED = typed('device.message.rejected');
  const desk = deskInMemory(RATE, [REJECTED, INTRUSION], { derivers: [rejectionDeriver()] });
  const fault = { reason: 'not-json', field: '(payload)', value: '{', expected: 'a JSON object' } as const;
  for (let letter = 0; letter < 11; letter++) {
    desk.clock.now += 1_000;
    await desk.intake.accept([{ kind: 'dead-letter', topic: 't', device: FENCE.id, fault, payload: `{${letter}` }]);
  }
  expect(alarmsOf(desk, REJECTED.code)).toMatchObject([{ condition: 'active' }]);
  await desk.intake.accept([say(true)]);
  expect(alarmsOf(desk, REJECTED.code)).toMatchObject([{ condition: 'cleared' }]);
});
