import { expect, it, onTestFinished } from 'vitest';
import type { AlarmPage } from '../../../gateway/http/contract/alarms.ts';
import { person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';

const NOWHERE = '019392a0-0000-7000-8000-000000000001';

it('gives an alarm with its history, and each step with who did it from which centre', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seatA = await person(gateway, 'seat-a', { displayName: '席 A' });
  const { id } = await gateway.raise({ text: '攀爬' });
  const accepted = await seatA.post(`/alarms/${id}/acknowledge`, { version: 1, note: '看到了' });
  expect(accepted).toMatchObject({ status: 200, body: { id, state: 'acknowledged', condition: 'active', version: 2 } });
  const detail = await seatA.get(`/alarms/${id}`);
  expect(detail.body).toMatchObject({
    region: '360902001000',
    place: { line: '沪昆线', km: 'K812+300', kmValue: 812_300 },
    cameras: ['camera-k812'],
    history: [
      { kind: 'raised', text: '攀爬' },
      { kind: 'acknowledged', by: 'seat-a', centre: YUANZHOU, note: '看到了' },
    ],
  });
});

it('tells the second of two seats what the first one did, and changes nothing', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const [seatA, seatB] = [await person(gateway, 'seat-a'), await person(gateway, 'seat-b')];
  const { id } = await gateway.raise();
  await seatA.post(`/alarms/${id}/acknowledge`, { version: 1 });
  const late = await seatB.post(`/alarms/${id}/acknowledge`, { version: 1 });
  expect(late.status).toBe(409);
  expect(late.headers.get('content-type')).toContain('application/problem+json');
  expect(late.body).toMatchObject({ type: 'fengsui:conflict', alarm: { id, state: 'acknowledged', version: 2 } });
  const impossible = await seatB.post(`/alarms/${id}/close`, { version: 2 });
  expect(impossible).toMatchObject({ status: 409, body: { type: 'fengsui:not-possible', expected: 'resolved' } });
});

it('pages through all alarms of the scope, newest first, each once', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const start = Date.now() - 60_000;
  for (let n = 0; n < 7; n += 1) {
    const { id } = await gateway.raise({ at: start + n * 1000 });
    const resolved = await seat.post(`/alarms/${id}/resolve`, { version: 1, verdict: 'test' });
    expect(resolved.status).toBe(200);
    expect((await seat.post(`/alarms/${id}/close`, { version: 2 })).status).toBe(200);
  }
  await gateway.raise({ device: 'zs-door-1', type: 'community.door.forced' });
  const seen: string[] = [];
  for (let cursor = ''; ; ) {
    const { body } = await seat.get(`/alarms?limit=3${cursor}`);
    const page = body as AlarmPage;
    seen.push(...page.items.map(({ occurredAt }) => occurredAt));
    expect(page.seq).toBeLessThanOrEqual(gateway.journal.head());
    if (page.next === undefined) break;
    cursor = `&cursor=${page.next}`;
  }
  expect(seen).toHaveLength(7);
  expect(seen).toEqual([...seen].sort().reverse());
  const filtered = await seat.get('/alarms?state=new,closed&severity=1,2,3,4&type=railway.&condition=active');
  expect((filtered.body as AlarmPage).items).toHaveLength(7);
});

it('says that an alarm, or a region, of another county is outside the scope', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-zs', { regions: [ZHANGSHU] });
  const { id } = await gateway.raise();
  const outside = {
    status: 403,
    body: { type: 'fengsui:alarm-out-of-scope', title: expect.stringContaining('不在你的管辖范围') },
  };
  expect(await seat.get(`/alarms/${id}`)).toMatchObject(outside);
  expect(await seat.get(`/alarms/${id}/archive`)).toMatchObject(outside);
  expect(await seat.get(`/alarms/${id}/evidence/snapshot.jpg`)).toMatchObject(outside);
  expect(await seat.post(`/alarms/${id}/acknowledge`, { version: 1 })).toMatchObject(outside);
  expect(await seat.get(`/alarms?region=${YUANZHOU}`)).toMatchObject({
    status: 403,
    body: { type: 'fengsui:out-of-scope', field: 'region', value: YUANZHOU },
  });
  expect(await seat.get('/alarms')).toMatchObject({ body: { items: [] } });
  expect(await seat.get('/alarms/counts')).toMatchObject({ body: { items: [] } });
  expect(await seat.get(`/alarms/${NOWHERE}`)).toMatchObject({ status: 404 });
});

it('narrows a scope to its railway lines and compounds', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const lineSeat = await person(gateway, 'line-seat', { lines: ['沪昆线'] });
  const otherLine = await person(gateway, 'other-line', { lines: ['沪昆高铁'] });
  const compound = await person(gateway, 'compound', { regions: [ZHANGSHU], compounds: ['yaodu-garden'] });
  await gateway.raise();
  await gateway.raise({ device: 'zs-door-1', type: 'community.door.forced' });
  expect(await lineSeat.get('/alarms')).toMatchObject({ body: { items: [{ device: 'yz-fence-k812' }] } });
  expect(await otherLine.get('/alarms')).toMatchObject({ body: { items: [] } });
  expect(await compound.get('/alarms')).toMatchObject({ body: { items: [{ device: 'zs-door-1' }] } });
});

it('counts open alarms by severity and state', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { severity } = await gateway.raise();
  const counts = await seat.get(`/alarms/counts?region=${YUANZHOU}`);
  expect(counts.body).toMatchObject({ items: [{ severity, state: 'new', count: 1 }], seq: gateway.journal.head() });
});

it('lets each role do what it is for and nothing else', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const { id } = await gateway.raise();
  const tries = async (role: string, action: string, more = {}) => {
    const seat = await person(gateway, `${role}-${action}`, { role });
    const answer = await seat.post(`/alarms/${id}/${action}`, { version: 9, ...more });
    return answer.status === 409 ? 'may' : (answer.body as { type: string }).type;
  };
  expect(await tries('viewer', 'acknowledge')).toBe('fengsui:no-permission');
  expect(await tries('administrator', 'acknowledge')).toBe('may');
  expect(await tries('security', 'acknowledge')).toBe('fengsui:no-permission');
  expect(await tries('auditor', 'comment')).toBe('fengsui:no-permission');
  expect(await tries('operator', 'acknowledge')).toBe('may');
  expect(await tries('operator', 'dispatch', { assignee: '彬江一队' })).toBe('fengsui:no-permission');
  expect(await tries('dispatcher', 'dispatch', { assignee: '彬江一队' })).toBe('may');
  expect(await tries('patrol', 'arrive')).toBe('may');
  expect(await tries('patrol', 'close')).toBe('fengsui:no-permission');
});

it('answers a bulk order item by item', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const mine = await gateway.raise();
  const others = await gateway.raise({ device: 'zs-door-1', type: 'community.door.forced' });
  const answer = await seat.post('/alarms/bulk', {
    action: 'acknowledge',
    items: [
      { id: mine.id, version: 1 },
      { id: mine.id, version: 1 },
      { id: others.id, version: 1 },
      { id: NOWHERE, version: 1 },
    ],
  });
  expect(answer.body).toMatchObject({ items: [{ status: 200 }, { status: 409 }, { status: 403 }, { status: 404 }] });
  const viewer = await person(gateway, 'viewer', { role: 'viewer' });
  const refused = await viewer.post('/alarms/bulk', { action: 'acknowledge', items: [{ id: mine.id, version: 1 }] });
  expect(refused).toMatchObject({ status: 403, body: { expected: 'alarm.acknowledge' } });
});

it('names the field, its value and what was expected', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  const wrong = async (path: string, body?: unknown) =>
    body === undefined ? await seat.get(path) : await seat.post(path, body);
  expect(await wrong('/alarms?region=36090')).toMatchObject({
    status: 400,
    body: { field: 'region', value: '36090' },
  });
  expect(await wrong('/alarms?limit=5000')).toMatchObject({
    status: 400,
    body: { field: 'limit', expected: 'at most 500' },
  });
  expect(await wrong('/alarms?cursor=nonsense')).toMatchObject({ status: 400, body: { field: 'cursor' } });
  expect(await wrong(`/alarms/${id}/acknowledge`, { version: '1' })).toMatchObject({
    status: 400,
    body: { field: 'version' },
  });
  expect(await wrong(`/alarms/${id}/resolve`, { version: 1, verdict: 'maybe' })).toMatchObject({
    status: 400,
    body: { field: 'verdict', value: 'maybe', expected: 'real, falseAlarm, test or duplicate' },
  });
  expect(await wrong(`/alarms/${id}/dispatch`, { version: 1 })).toMatchObject({
    status: 400,
    body: { field: 'assignee' },
  });
  expect(await wrong(`/alarms/${id}/acknowledge`, '{"version": 1')).toMatchObject({
    status: 400,
    body: { type: 'fengsui:bad-request' },
  });
  expect(await wrong(`/alarms/${id}/comment`, { version: 1, note: 'x'.repeat(2_000_000) })).toMatchObject({
    status: 413,
  });
  const text = await seat.post(`/alarms/${id}/acknowledge`, 'version=1', { 'content-type': 'text/plain' });
  expect(text).toMatchObject({ status: 415, body: { type: 'fengsui:wrong-media-type' } });
});

it('gives what the archive holds of an alarm', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-a');
  const { id } = await gateway.raise();
  expect(await seat.get(`/alarms/${id}/archive`)).toMatchObject({
    status: 200,
    body: { items: [{ measurement: 'alarm', tags: { region: YUANZHOU }, fields: { count: 1, alarm: id } }] },
  });
});
