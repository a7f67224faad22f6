import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { Api, person, startHttpGateway } from '../../parts/http-gateway.ts';

const once = { 'idempotency-key': '6b0f8f0e-1c7b-4d1e-9d55-1f4d0c7b7f2a' };

it('gives the first answer again for the same key, and does the act once', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const [seatA, seatB] = [await person(gateway, 'seat-a'), await person(gateway, 'seat-b')];
  const { id } = await gateway.raise();
  const path = `/alarms/${id}/comment`;
  const first = await seatA.post(path, { version: 1, note: '到了' }, once);
  const second = await seatA.post(path, { version: 1, note: '到了' }, once);
  expect(second).toMatchObject({ status: 200, body: first.body as object });
  expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
  expect(gateway.journal.queries.history(id)).toHaveLength(2);
  expect(await seatA.post(path, { version: 1, note: '别的' }, once)).toMatchObject({
    status: 422,
    body: { type: 'fengsui:key-reused' },
  });
  expect((await seatB.post(path, { version: 1, note: '到了' }, once)).status).toBe(409); // another person's key
});

it('lets those who come meanwhile wait for the first answer', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  const body = { version: 1, note: 'x' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => seat.post(`/alarms/${id}/comment`, body, once)));
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
  expect(gateway.journal.queries.history(id)).toHaveLength(2);
});

it('remembers answers over a restart, and for a day', async () => {
  const first = await startHttpGateway(onTestFinished);
  const { token } = await person(first, 'seat-a');
  const { id } = await first.raise();
  const body = { version: 1, note: 'x' };
  await new Api(first.url, token).post(`/alarms/${id}/comment`, body, once);
  await first.stop();
  const second = await startHttpGateway(onTestFinished, { folder: first.folder });
  expect((await new Api(second.url, token).post(`/alarms/${id}/comment`, body, once)).status).toBe(200);
  expect(second.journal.queries.history(id)).toHaveLength(2);
  second.advance(25 * 3_600_000);
  const later = await second.as('seat-a', 'password of seat-a');
  expect((await later.post(`/alarms/${id}/comment`, body, once)).status).toBe(409); // a new act, with an old version
});

it('does not keep a refusal that came before the act', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  expect((await seat.post(`/alarms/${id}/comment`, { version: 'x' }, once)).status).toBe(400);
  expect((await seat.post(`/alarms/${id}/comment`, { version: 1, note: 'x' }, once)).status).toBe(200);
  expect((await seat.post(`/alarms/${id}/comment`, { version: 2 }, { 'idempotency-key': 'a b' })).status).toBe(400);
});

it('says that the outcome is unknown when the gateway died in the middle of the act', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const send = () => seat.post('/devices/yz-fence-k812/commands', { name: 'open' }, once);
  expect((await send()).status).toBe(200);
  const store = new Sqlite(join(gateway.folder, 'idempotency.sqlite'));
  store.prepare('UPDATE answers SET status = NULL').run(); // as a process leaves it that was killed before the answer
  store.close();
  expect(await send()).toMatchObject({ status: 409, body: { type: 'fengsui:outcome-unknown' } });
  expect(gateway.world.sent).toHaveLength(1);
});
