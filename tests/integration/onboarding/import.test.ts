import { expect, it, onTestFinished } from 'vitest';
import type { ImportJob, ImportReport } from '../../../gateway/http/contract/onboarding.ts';
import { cityCameras } from '../../parts/city-cameras.ts';
import { ADMIN_PASSWORD, type Api, person, startHttpGateway, YUANZHOU, ZHANGSHU } from '../../parts/http-gateway.ts';
import { workbook } from '../../parts/workbook.ts';

const PASSWORD = 'a-camera-password-77';
const CSV = { 'content-type': 'text/csv' };
const HEAD = 'id,kind,profile,name,region,km,line,url,username,password,aliases';
const row = (id: string, more: { name?: string; region?: string; password?: string; aliases?: string } = {}) =>
  `${id},camera,onvif,${more.name ?? '村口'},${more.region ?? '360902001000'},K812+300,沪昆线,http://10.1.1.1/,admin,${more.password ?? PASSWORD},${more.aliases ?? ''}`;
const file = (...rows: string[]) => [HEAD, ...rows].join('\n');

const dryRun = async (api: Api, csv: string): Promise<ImportReport> => {
  const seen = await api.post('/devices/import?dryRun=true', csv, CSV);
  expect(seen.status).toBe(200);
  return seen.body as ImportReport;
};
const imported = async (api: Api, csv: string): Promise<ImportJob> => {
  const started = await api.post('/devices/import', csv, CSV);
  expect(started.status).toBe(202);
  const { id } = started.body as { id: string };
  const look = async () => (await api.get(`/devices/import/${id}`)).body as ImportJob;
  await expect.poll(async () => (await look()).state, { timeout: 30_000, interval: 20 }).not.toBe('running');
  return await look();
};

it('takes a city of cameras with three in a hundred wrong: dry run, real run, and the same file again', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const { csv, rows, wrong } = cityCameras(PASSWORD);
  expect(rows).toBeGreaterThanOrEqual(13_970);
  const seen = await dryRun(admin, csv);
  expect(seen).toMatchObject({ total: rows, created: rows - wrong.length, faulty: wrong.length, ignored: ['备注'] });
  expect(seen.faults.map(({ line, field }) => ({ line, field }))).toEqual(wrong);
  expect(gateway.registry.find('cam-360902001001-0')).toBeUndefined();

  const before = gateway.journal.head();
  const done = await imported(admin, csv);
  expect(done).toMatchObject({ state: 'done', done: rows, created: rows - wrong.length, faulty: wrong.length });
  expect(gateway.registry.byProfile('onvif')).toHaveLength(rows - wrong.length + 1);
  expect(gateway.registry.named('SN0')?.connection?.password).toBe(PASSWORD);
  const kept = gateway.journal.read(before, 100_000).map(({ entry }) => JSON.stringify(entry));
  expect(kept.filter((one) => one.includes('device-put'))).toHaveLength(rows - wrong.length);
  expect(JSON.stringify([kept, seen, done])).not.toContain(PASSWORD);
  expect(JSON.stringify(seen)).not.toContain('in-the-url');

  expect(await dryRun(admin, csv)).toMatchObject({ created: 0, changed: 0, same: rows - wrong.length });
}, 120_000);

it('changes what the file says and leaves what it does not say', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  expect(await imported(admin, file(row('c-1'), row('c-2')))).toMatchObject({ created: 2 });
  const short = 'id;名称;用户名\r\nc-1;=SUM(A1);\r\nc-2;村口;root\r\n';
  expect(await dryRun(admin, short)).toMatchObject({
    changed: 2,
    changes: [
      { line: 2, id: 'c-1', outcome: 'changed' },
      { line: 3, id: 'c-2', outcome: 'changed' },
    ],
  });
  await imported(admin, short);
  expect(gateway.registry.find('c-1')).toMatchObject({ name: '=SUM(A1)', version: 2, place: { kmValue: 812_300 } });
  expect(gateway.registry.find('c-1')?.connection).toEqual({
    url: 'http://10.1.1.1/',
    username: 'admin',
    password: PASSWORD,
  });
  expect(gateway.registry.find('c-2')?.connection).toEqual({ url: 'http://10.1.1.1/', username: 'root' });
});

it('reads GB18030, marks, tabulators and workbooks as the same table', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const gb = Buffer.from('b1e0bac52cc3fbb3c60a632d312cb4e5bfda0a', 'hex'); // 编号,名称 / c-1,村口
  const send = async (body: Buffer, type = 'text/csv') => {
    const answer = await fetch(`${gateway.url}/api/v1/devices/import?dryRun=true`, {
      method: 'POST',
      headers: { 'content-type': type, authorization: `Bearer ${admin.token}` },
      body: new Uint8Array(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const wanted = { status: 200, body: { created: 1, changed: 1, faulty: 0 } };
  const [head, name] = [`${HEAD}`, '岗哨'];
  await imported(admin, file(row('c-1', { name: '老名' })));
  expect(await send(gb)).toMatchObject({ status: 200, body: { changed: 1, faulty: 0 } });
  const rows = [head, row('c-1', { name }), row('c-9', { name })];
  expect(await send(Buffer.from(`\uFEFF${rows.join('\r\n')}`))).toMatchObject(wanted);
  expect(await send(Buffer.from(rows.join('\n').replaceAll(',', '\t')))).toMatchObject(wanted);
  const table = rows.map((one) => one.split(','));
  const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
  expect(await send(workbook(table), xlsx)).toMatchObject(wanted);
  expect(await send(Buffer.from('PK\u0003\u0004 no workbook'), xlsx)).toMatchObject({
    status: 400,
    body: { field: '(body)' },
  });
  expect(await send(Buffer.from('id,name\n"c-1,村口\n'))).toMatchObject({ status: 400 });
  expect(await send(Buffer.from('name,region\na,b\n'))).toMatchObject({ status: 400, body: { field: 'id' } });
  expect(await send(Buffer.from('{}'), 'application/json')).toMatchObject({ status: 415 });
});

it('keeps to the scope of the one who imports, row by row, and to one file at a time', async () => {
  const gateway = await startHttpGateway(onTestFinished);
  const seat = await person(gateway, 'seat-zs', { role: 'administrator', regions: [ZHANGSHU] });
  const csv = file(
    row('c-1', { region: ZHANGSHU }),
    row('c-2', { region: YUANZHOU }),
    row('camera-k812', { region: ZHANGSHU }),
    row('c-1', { region: ZHANGSHU }),
    row('c-3', { region: ZHANGSHU, aliases: 'c-1' }),
  );
  const done = await imported(seat, csv);
  expect(done).toMatchObject({ created: 1, faulty: 4 });
  expect(done.faults.map(({ line, field }) => [line, field])).toEqual([
    [3, 'region'],
    [4, 'id'],
    [5, 'id'],
    [6, 'aliases'],
  ]);
  const viewer = await person(gateway, 'looker', { role: 'viewer' });
  expect((await viewer.post('/devices/import', csv, CSV)).status).toBe(403);
  const admin = await gateway.as('admin', ADMIN_PASSWORD);
  const twice = await Promise.all([1, 2].map(() => admin.post('/devices/import?dryRun=true', csv, CSV)));
  expect(twice.map(({ status }) => status).sort()).toEqual([200, 409]);
});
