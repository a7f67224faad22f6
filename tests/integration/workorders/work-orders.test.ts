import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { OrderPage, OrderStats, WorkOrder } from '../../../gateway/http/contract/work-orders.ts';
import { type Api, type HttpGateway, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';

const DEVICE = 'yz-fence-k812';

/** The gateway with its follower at work, a seat that reports and a dispatcher. */
async function site() {
  const gateway = await startHttpGateway(onTestFinished);
  const stopping = new AbortController();
  const follower = gateway.workOrders.follow({
    journal: gateway.journal,
    cursors: gateway.journal.cursors,
    log: pino({ level: 'silent' }),
    stop: stopping.signal,
    now: gateway.now,
    random: Math.random,
  });
  onTestFinished(async () => {
    stopping.abort();
    await follower.done;
  });
  const seat = await person(gateway, 'seat-a', { role: 'operator' });
  const lead = await person(gateway, 'lead-a', { role: 'dispatcher' });
  return { gateway, seat, lead };
}

const listOf = async (api: Api, query = ''): Promise<OrderPage> =>
  OrderPage.parse((await api.get(`/work-orders${query}`)).body);

async function fault(gateway: HttpGateway, active = true): Promise<void> {
  await gateway.intake.accept([
    { kind: 'signal', device: DEVICE, type: 'device.power.lost', id: `power-${gateway.now()}`, active },
  ]);
}

const until = async (api: Api, query: string, length: number): Promise<OrderPage> => {
  await expect.poll(async () => (await listOf(api, query)).items.length, { timeout: 5_000 }).toBe(length);
  return listOf(api, query);
};

it('opens an order for a fault, carries it through two people to the verification, and counts it', async () => {
  const { gateway, seat, lead } = await site();
  await fault(gateway);
  const { items, total } = await until(seat, '', 1);
  const [order] = items;
  if (order === undefined) throw new Error('no order');
  expect(total).toBe(1);
  expect(order).toMatchObject({ device: DEVICE, fault: 'device.power.lost', state: 'open', isActive: true, times: 1 });
  const act = (api: Api, action: string, body: Record<string, unknown>) =>
    api.post(`/work-orders/${order.id}/${action}`, body);
  expect((await act(seat, 'assign', { version: 1, to: 'Keli' })).status).toBe(403);
  expect((await act(lead, 'assign', { version: 1, to: 'Keli' })).status).toBe(200);
  const late = await act(lead, 'start', { version: 1 });
  expect(late.status).toBe(409);
  expect(late.body).toMatchObject({ field: 'version', version: 2 });
  expect((await act(seat, 'start', { version: 2 })).status).toBe(200);
  expect((await act(seat, 'finish', { version: 3 })).body).toMatchObject({ field: 'note', expected: 'what was done' });
  expect((await act(seat, 'finish', { version: 3, note: '更换电源' })).status).toBe(200);
  gateway.advance(3_600_000);
  const verified = WorkOrder.parse((await act(lead, 'verify', { version: 4 })).body);
  expect(verified).toMatchObject({ state: 'verified', assignee: 'Keli' });
  expect((await act(lead, 'cancel', { version: 5, note: 'no' })).body).toMatchObject({
    field: 'state',
    value: 'verified',
  });
  expect((await listOf(seat)).items).toEqual([]);
  const stats = OrderStats.parse((await lead.get('/stats/work-orders')).body);
  expect(stats).toMatchObject({ open: 0, ended: 1, byState: { verified: 1 } });
  expect(stats.medianRepairMin).toBeGreaterThanOrEqual(60);
});

it('ends an order by itself with its fault, and shows it to nobody of another county', async () => {
  const { gateway, seat } = await site();
  const foreign = await person(gateway, 'seat-z', { regions: [ZHANGSHU] });
  await fault(gateway);
  const [order] = (await until(seat, '', 1)).items;
  expect((await listOf(foreign)).total).toBe(0);
  expect((await foreign.get(`/work-orders/${order?.id}`)).status).toBe(404);
  expect((await seat.get(`/work-orders?region=${ZHANGSHU}`)).status).toBe(403);
  await fault(gateway, false);
  const [ended] = (await until(seat, `?state=recovered&region=${YUANZHOU}`, 1)).items;
  expect(ended).toMatchObject({ id: order?.id, isActive: false });
});

it('takes what a person reports, once for a device, and gives a table that no spreadsheet runs', async () => {
  const { seat, lead } = await site();
  const report = { device: DEVICE, note: '=cmd|calc' };
  const first = await seat.post('/work-orders', report);
  const second = await seat.post('/work-orders', { ...report, note: '立柱倾斜' });
  expect([first.status, second.status]).toEqual([201, 201]);
  expect(WorkOrder.parse(second.body)).toMatchObject({
    id: WorkOrder.parse(first.body).id,
    times: 2,
    fault: 'reported',
  });
  expect((await seat.post('/work-orders', { ...report, device: 'nowhere' })).status).toBe(404);
  expect((await seat.post('/work-orders', { device: DEVICE, note: ' ' })).body).toMatchObject({ field: 'note' });
  await lead.post(`/work-orders/${WorkOrder.parse(first.body).id}/comment`, { version: 2, note: '=1+1' });
  const table = String((await lead.get('/work-orders.csv')).body);
  expect(table.split('\r\n')).toHaveLength(3);
  expect(table).toContain(`'=1+1`);
});

it('gives pages in order, each order once', async () => {
  const { gateway, seat } = await site();
  for (const id of ['yz-a', 'yz-b', 'yz-c']) {
    const device = gateway.registry.find(DEVICE);
    if (device === undefined) throw new Error('no device');
    const { version: _own, ...alike } = device;
    await gateway.registry.put({ ...alike, id }, undefined, { name: 'test', centre: undefined });
    await seat.post('/work-orders', { device: id, note: 'broken' });
    gateway.advance(1);
  }
  const first = await listOf(seat, '?limit=2');
  const second = await listOf(seat, `?limit=2&cursor=${first.next}`);
  expect([...first.items, ...second.items].map(({ device }) => device)).toEqual(['yz-c', 'yz-b', 'yz-a']);
  expect(second.next).toBeUndefined();
});
