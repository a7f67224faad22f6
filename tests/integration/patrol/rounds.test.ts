import { expect, it, onTestFinished } from 'vitest';
import type { PatrolRound } from '../../../gateway/http/contract/patrol.ts';
import { type Api, type HttpGateway, person, startHttpGateway } from '../../parts/http-gateway.ts';
import { NIGHT } from '../../parts/patrol-plan.ts';

const MINUTE = 60_000;
/** The plan's shift as one that is under way now, wherever the clock of the machine stands. */
function planFrom(now: number, beganMin = 1) {
  const from = new Date(now + 8 * 3_600_000 - beganMin * MINUTE); // Shanghai has no summer time
  const minute = from.getUTCHours() * 60 + from.getUTCMinutes();
  const hours = { ...NIGHT.hours, spans: [{ days: 'every' as const, from: minute, to: (minute + 240) % 1440 }] };
  return { ...NIGHT, hours };
}

const open = async (folder?: string, now = Date.now()) =>
  startHttpGateway(onTestFinished, { plans: [planFrom(now)], ...(folder === undefined ? {} : { folder }) });
const roundsOf = async (api: Api, query = ''): Promise<readonly PatrolRound[]> =>
  ((await api.get(`/patrol/rounds${query}`)).body as { items: readonly PatrolRound[] }).items;
const lateAlarms = async (api: Api) =>
  (
    (await api.get('/alarms?type=railway.patrol.late')).body as {
      items: { id: string; condition: string; count: number }[];
    }
  ).items;
const pass = (api: Api, round: string, n: number, body: object) =>
  api.post(`/patrol/rounds/${round}/check-points/${n}`, body);
/** Where the posts of the plan stand. */
async function positionOf(api: Api, km: string) {
  const near = await api.get(`/lines/${encodeURIComponent('沪昆线')}/near?km=${encodeURIComponent(km)}`);
  return (near.body as { place: { lng: number; lat: number } }).place;
}
const patrol = (gateway: HttpGateway) => person(gateway, 'patrol-1', { role: 'patrol', displayName: '彬江一队' });

it('opens the round of a shift once with its task, and finishes it by its check-points', async () => {
  const gateway = await open();
  await gateway.patrol.rounds.look();
  await gateway.patrol.rounds.look();
  const phone = await patrol(gateway);
  const [round, another] = await roundsOf(phone);
  expect(another).toBeUndefined();
  expect(round).toMatchObject({
    plan: 'hk-east-night',
    state: 'open',
    lateMin: 15,
    points: [{ name: '便道口' }, { name: '上跨桥' }],
  });
  const id = round?.id ?? '';
  const mine = await phone.get('/patrol/tasks?mine=true');
  expect(mine.body).toMatchObject({
    items: [{ id: round?.task, origin: { kind: 'round', round: id }, state: 'offered' }],
  });

  expect(await pass(phone, id, 0, {})).toMatchObject({
    status: 400,
    body: { field: 'reason', expected: 'a position within 150 m, or a reason' },
  });
  const far = await positionOf(phone, 'K813+300');
  expect(await pass(phone, id, 0, { position: far })).toMatchObject({ status: 400, body: { field: 'distanceM' } });
  const near = await positionOf(phone, 'K812+100');
  const first = await pass(phone, id, 0, { position: near });
  expect(first).toMatchObject({ status: 200, body: { points: [{ distanceM: 0 }, {}], state: 'open' } });
  expect(await pass(phone, id, 0, { position: near })).toMatchObject({ status: 200, body: { version: 2 } });
  const other = await person(gateway, 'patrol-2', { role: 'patrol' });
  expect((await pass(other, id, 1, { reason: 'x' })).body).toMatchObject({
    type: 'fengsui:not-holder',
    value: 'patrol-1',
  });
  expect((await phone.post(`/patrol/tasks/${round?.task}/done`, { version: 2 })).body).toMatchObject({
    field: 'note',
    expected: 'why 1 check-points were not passed',
  });
  const last = await pass(phone, id, 1, { reason: '桥下无信号', position: near });
  expect(last).toMatchObject({ status: 200, body: { state: 'finished', points: [{}, { reason: '桥下无信号' }] } });
  expect(await phone.post(`/patrol/tasks/${round?.task}/done`, { version: 2 })).toMatchObject({
    status: 200,
    body: { state: 'done' },
  });
  expect(await lateAlarms(phone)).toEqual([]);
});

it('makes a late round one alarm on its section, also after a crash between, and clears it when it is finished', async () => {
  const now = Date.now();
  const gateway = await open(undefined, now);
  await gateway.patrol.rounds.look();
  const phone = await patrol(gateway);
  const [round] = await roundsOf(phone);
  const id = round?.id ?? '';
  gateway.advance(20 * MINUTE);
  await gateway.patrol.rounds.look();
  await gateway.patrol.rounds.look();
  expect(await lateAlarms(phone)).toMatchObject([
    { condition: 'active', count: 1, place: { line: '沪昆线', km: 'K812+100' } },
  ]);
  expect(await roundsOf(phone)).toMatchObject([{ late: { why: 'late-start', isOver: false } }]);

  // as it stood when the alarm was in the log and the round did not know it yet
  const stale = gateway.patrol.rounds.find(id);
  if (stale === undefined) throw new Error('no round');
  const entry = {
    kind: 'patrol-round-put',
    round: { ...stale, late: undefined },
    by: { name: 'patrol', centre: undefined },
  } as const;
  await gateway.journal.append([
    { subject: 'patrol/rounds', expectedVersion: undefined, entries: [{ entry, alarm: undefined }] },
  ]);
  await gateway.stop();
  const back = await startHttpGateway(onTestFinished, { folder: gateway.folder, plans: [planFrom(now)] });
  back.advance(20 * MINUTE);
  expect(back.patrol.rounds.find(id)?.late).toBeUndefined();
  await back.patrol.rounds.look();
  const desk = await person(back, 'seat-a');
  expect(await lateAlarms(desk)).toMatchObject([{ condition: 'active', count: 1 }]);

  const again = await person(back, 'patrol-3', { role: 'patrol' });
  await pass(again, id, 0, { reason: 'x' });
  await pass(again, id, 1, { reason: 'x' });
  expect(await lateAlarms(desk)).toMatchObject([{ condition: 'cleared', count: 1 }]);
  expect(await roundsOf(desk, `?date=${round?.date}`)).toMatchObject([{ state: 'finished', late: { isOver: true } }]);
});

it('gives a round up for the next of its plan, whose lateness is another alarm', async () => {
  const now = Date.now();
  const gateway = await open(undefined, now);
  await gateway.patrol.rounds.look();
  gateway.advance(24 * 60 * MINUTE);
  const desk = await person(gateway, 'seat-a');
  await gateway.patrol.rounds.look();
  await gateway.patrol.rounds.look();
  const rounds = [...gateway.patrol.rounds.all()];
  expect(rounds.map(({ state }) => state)).toEqual(['missed', 'open']);
  // the gateway was away meanwhile, as far as the clock goes: it is told all the same
  expect(await lateAlarms(desk)).toMatchObject([{ condition: 'cleared', count: 1 }]);
  gateway.advance(30 * MINUTE);
  await gateway.patrol.rounds.look();
  expect(await lateAlarms(desk)).toMatchObject([
    { condition: 'active', count: 1 },
    { condition: 'cleared', count: 1 },
  ]);
  const tasks = await desk.get('/patrol/tasks?state=cancelled');
  expect(tasks.body).toMatchObject({ items: [{ note: '班次已结束，未完成 / given up unfinished' }] });
});
