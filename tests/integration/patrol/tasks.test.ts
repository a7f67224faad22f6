import { createHash } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { PatrolTask, TaskPage } from '../../../gateway/http/contract/patrol.ts';
import {
  type Api,
  connected,
  type HttpGateway,
  openSocket,
  person,
  startHttpGateway,
  YUANZHOU,
  ZHANGSHU,
} from '../../parts/http-gateway.ts';

const JPEG = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(2000, 7), Buffer.from([0xff, 0xd9])]);

/** An alarm that the desk has sent to a team, and two phones of it. */
async function dispatched(gateway: HttpGateway) {
  const desk = await person(gateway, 'seat-a');
  const [first, second] = [
    await person(gateway, 'patrol-1', { role: 'patrol', displayName: '彬江一队' }),
    await person(gateway, 'patrol-2', { role: 'patrol' }),
  ];
  const { id } = await gateway.raise();
  const sent = await desk.post(`/alarms/${id}/dispatch`, { version: 1, assignee: '彬江一队' });
  expect(sent.status).toBe(200);
  const [task] = await tasksOf(first);
  if (task === undefined) throw new Error('the dispatch made no task');
  return { desk, first, second, alarm: id, task };
}

const tasksOf = async (api: Api, query = ''): Promise<readonly PatrolTask[]> =>
  TaskPage.parse((await api.get(`/patrol/tasks${query}`)).body).items;
const act = (api: Api, id: string, action: string, body: Record<string, unknown>, key?: string) =>
  api.post(`/patrol/tasks/${id}/${action}`, body, key === undefined ? {} : { 'idempotency-key': key });
const photo = (gateway: HttpGateway, api: Api, id: string) =>
  fetch(`${gateway.url}/api/v1/patrol/tasks/${id}/photos`, {
    method: 'POST',
    headers: { authorization: `Bearer ${api.token}`, 'content-type': 'image/jpeg', 'idempotency-key': 'photo-1' },
    body: JPEG,
  });

it('takes a dispatched alarm through on one phone, the alarm along with it', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { desk, first, alarm, task } = await dispatched(gateway);
  expect(task).toMatchObject({
    origin: { kind: 'alarm', alarm },
    assignedTo: '彬江一队',
    state: 'offered',
    section: 'hk-yuanzhou-east',
    place: { km: 'K812+300' },
  });
  await act(first, task.id, 'take', { version: 1 });
  const at = new Date(gateway.now() - 120_000).toISOString();
  const near = await first.get(`/lines/${encodeURIComponent('沪昆线')}/near?km=K812%2B300`);
  expect(near.body).toMatchObject({
    sections: [{ id: 'hk-yuanzhou-east', teams: ['彬江一队', '彬江二队'], alongM: 0 }],
  });
  const position = { ...(near.body as { place: object }).place, accuracyM: 12 };
  const arrived = await act(first, task.id, 'arrive', { version: 2, at, position });
  expect(arrived).toMatchObject({ status: 200, body: { state: 'arrived', arrivedAt: at, accuracyM: 12, arrivedM: 0 } });
  expect(JSON.stringify(arrived.body)).not.toContain('"lng":114.38');

  const sent = await photo(gateway, first, task.id);
  expect(sent.status).toBe(201);
  const url = PatrolTask.parse(await sent.json()).photos[0]?.url ?? '';
  await photo(gateway, first, task.id); // said again
  await act(first, task.id, 'report', { version: 4, note: '栅栏破损 2 m' });
  const done = await act(first, task.id, 'done', { version: 5, verdict: 'real' });
  expect(done).toMatchObject({ status: 200, body: { state: 'done', photos: [{ url }], version: 6 } });

  const seen = await desk.get(`/alarms/${alarm}`);
  expect(seen.body).toMatchObject({
    state: 'resolved',
    verdict: 'real',
    evidence: [{ kind: 'photo', by: 'patrol-1', url, sha256: createHash('sha256').update(JPEG).digest('hex') }],
  });
  const { history } = seen.body as { history: { kind: string; note?: string }[] };
  expect(history.map(({ kind, note }) => [kind, note].filter(Boolean).join(' '))).toEqual([
    'raised',
    'dispatched',
    'commented 接单 / Task taken',
    'arrived',
    'evidence-added',
    'commented 栅栏破损 2 m',
    'resolved',
  ]);
  expect(await tasksOf(first)).toEqual([]);
  expect(await tasksOf(first, '?state=done')).toHaveLength(1);
});

it('lets one of two phones win, and tells the other who has it', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { first, second, task } = await dispatched(gateway);
  const answers = await Promise.all([first, second].map((phone) => act(phone, task.id, 'take', { version: 1 })));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const [winner, loser] = answers[0]?.status === 200 ? answers : answers.toReversed();
  const { holder } = PatrolTask.parse(winner?.body);
  expect(loser?.body).toMatchObject({ type: 'fengsui:conflict', task: { holder, state: 'taken' } });
  const [mine, theirs] = holder === 'patrol-1' ? [first, second] : [second, first];
  expect((await act(theirs, task.id, 'arrive', { version: 2 })).body).toMatchObject({
    type: 'fengsui:not-holder',
    value: holder,
  });
  expect((await act(mine, task.id, 'release', { version: 2 })).body).toMatchObject({
    field: 'note',
    expected: 'the reason',
  });
  const released = await act(mine, task.id, 'release', { version: 2, note: '车坏了', to: '彬江二队' });
  expect(released.body).toMatchObject({ state: 'offered', assignedTo: '彬江二队', note: '车坏了' });
  expect(released.body).not.toHaveProperty('holder');
  expect(await act(theirs, task.id, 'take', { version: 3 })).toMatchObject({ status: 200 });
});

it('does an act once, whatever the key is sent again for', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { first, task } = await dispatched(gateway);
  const once = await act(first, task.id, 'take', { version: 1 }, 'key-1');
  const again = await act(first, task.id, 'take', { version: 1 }, 'key-1');
  expect([again.status, again.body]).toEqual([200, once.body]);
});

it('ends the task when the alarm is sent elsewhere or resolved at the desk, and keeps to scopes and roles', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { desk, first, alarm, task } = await dispatched(gateway);
  await desk.post(`/alarms/${alarm}/dispatch`, { version: 2, assignee: '彬江二队' });
  const [next] = await tasksOf(first);
  expect(next).toMatchObject({ assignedTo: '彬江二队', state: 'offered' });
  expect((await act(first, task.id, 'take', { version: 2 })).body).toMatchObject({
    type: 'fengsui:not-possible',
    task: { state: 'cancelled' },
  });
  const stranger = await person(gateway, 'patrol-zs', { role: 'patrol', regions: [ZHANGSHU] });
  expect([await tasksOf(stranger), (await act(stranger, next?.id ?? '', 'take', { version: 1 })).status]).toEqual([
    [],
    404,
  ]);
  const other = await person(gateway, 'patrol-jj', { role: 'patrol', regions: [YUANZHOU], lines: ['京九线'] });
  expect(await tasksOf(other)).toEqual([]);
  expect((await act(first, next?.id ?? '', 'cancel', { version: 1, note: 'x' })).status).toBe(403);
  await desk.post(`/alarms/${alarm}/resolve`, { version: 3, verdict: 'falseAlarm' });
  expect(await tasksOf(first)).toEqual([]);
});

it('tells tasks to those in scope as they change, and counts them', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { first, desk, task } = await dispatched(gateway);
  const socket = await connected(openSocket(onTestFinished, gateway.url, desk.token));
  const heard = new Promise((resolve) => {
    socket.on('task', (change: { task: PatrolTask }) => (change.task.state === 'taken' ? resolve(change) : undefined));
  });
  await socket.emitWithAck('subscribe', {});
  await act(first, task.id, 'take', { version: 1 });
  expect(await heard).toMatchObject({ task: { id: task.id, state: 'taken', holder: 'patrol-1' } });
  const metrics = await gateway.metrics.metrics();
  expect(metrics).toContain('fengsui_patrol_tasks{state="taken"} 1');
});

it('knows its tasks again after a restart', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { first, task } = await dispatched(gateway);
  await act(first, task.id, 'take', { version: 1 });
  await gateway.stop();
  const back = await startHttpGateway(onTestFinished, { folder: gateway.folder });
  expect(back.patrol.tasks.find(task.id)).toMatchObject({ state: 'taken', holder: 'patrol-1', version: 2 });
});
