import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';
import { connect } from 'mqtt';
import { expect, it, onTestFinished } from 'vitest';
import { SystemStatus } from '../../../gateway/http/contract/system.ts';
import { openSqliteJournal, type SqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { startGateway } from '../../parts/gateway.ts';
import { startInfluxdb } from '../../parts/influxdb.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';
import { tell, tellFile } from '../../parts/told.ts';

const MAIN = join(import.meta.dirname, '../../../gateway/export/main.ts');
const HOUR = 3_600_000;

async function fengsui(dataDir: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'], FENGSUI_DATA_DIR: dataDir, FENGSUI_CONFIG: '', ...env },
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  tell(said);
  tellFile(args[args.indexOf('--out') + 1]);
  return { said, code };
}

async function add(journal: SqliteJournal, count: number, more: (at: number) => Parameters<typeof someAlarm>[0]) {
  await journal.append(
    Array.from({ length: count }, (_, at) => {
      const alarm = someAlarm({ state: 'closed', verdict: 'real', ...more(at) });
      const entries = [{ entry: raised(alarm), alarm }];
      return { subject: `device/${at}`, expectedVersion: undefined, entries };
    }),
  );
}

const archived = (dataDir: string, measurement = 'alarm'): number => {
  const archive = new Sqlite(join(dataDir, 'archive.sqlite'), { readonly: true });
  onTestFinished(() => void archive.close());
  return Number(archive.prepare('SELECT count(*) FROM point WHERE measurement = ?').pluck().get(measurement));
};

it('exports what was asked for from the journal of a running gateway, whole and for its owner alone', async () => {
  const dataDir = await temporaryFolder(onTestFinished);
  const journal = await openSqliteJournal(join(dataDir, 'journal.sqlite'), Date.now);
  onTestFinished(() => journal.close());
  await add(journal, 2_500, (at) => ({ occurredAt: MORNING + at * 1_000 }));
  await add(journal, 3, () => ({ occurredAt: MORNING, region: '360982001000' }));
  await add(journal, 3, () => ({ occurredAt: MORNING + 48 * HOUR }));
  const out = join(dataDir, 'alarms.jsonl');
  const args = ['--out', out, '--region', '360902000000', '--from', '2026-06-01', '--to', '2026-06-02T00:00:00Z'];
  const writing = setInterval(() => void add(journal, 1, () => ({ occurredAt: MORNING + 72 * HOUR })), 2);
  const exported = await fengsui(dataDir, ['export', ...args]);
  clearInterval(writing);
  expect(exported).toEqual({ code: 0, said: expect.stringContaining('2500 alarms written') });
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  expect(new Set(lines.map((line) => JSON.parse(line).id)).size).toBe(2_500);
  expect(statSync(out).mode & 0o777).toBe(0o600);
  expect(existsSync(`${out}.part`)).toBe(false);
});

it('imports closed alarms into the archive, once however often, from either format', async () => {
  const [from, to] = [await temporaryFolder(onTestFinished), await temporaryFolder(onTestFinished)];
  const journal = await openSqliteJournal(join(from, 'journal.sqlite'), Date.now);
  await add(journal, 1_200, () => ({ text: '=1+1, "quoted"\nand more' })); // all of one millisecond
  await add(journal, 4, () => ({ state: 'handling' }));
  await journal.close();
  for (const format of ['csv', 'jsonl'] as const) {
    const file = join(from, `alarms.${format}`);
    expect(await fengsui(from, ['export', '--out', file, '--format', format])).toMatchObject({ code: 0 });
    const refused = await fengsui(to, ['import', '--in', file, '--format', format]);
    expect(refused.code).toBe(1);
    expect(refused.said).toMatch(/alarms\.\w+:\d+ state is 'handling', expected closed/);
    expect(refused.said).toContain('nothing was written');
    if (format === 'csv') expect(archived(to)).toBe(0);
    const imported = await fengsui(to, ['import', '--in', file, '--format', format, '--skip-open']);
    expect(imported).toEqual({ code: 0, said: expect.stringContaining('1200 into the archive, 4 open ones left out') });
    expect(archived(to)).toBeGreaterThan(1_195); // one in a thousand may share its six digits with another
  }
  const once = archived(to);
  await fengsui(to, ['import', '--in', join(from, 'alarms.jsonl'), '--skip-open']);
  expect(archived(to)).toBe(once);
  expect(existsSync(join(to, 'journal.sqlite'))).toBe(false);
});

it('exports and imports beside a running gateway, whose own archive goes on', async () => {
  const [from, dataDir] = [await temporaryFolder(onTestFinished), await temporaryFolder(onTestFinished)];
  const file = join(from, 'alarms.jsonl');
  const journal = await openSqliteJournal(join(from, 'journal.sqlite'), Date.now);
  await add(journal, 3_000, (at) => ({ occurredAt: MORNING + at }));
  await journal.close();
  await fengsui(from, ['export', '--out', file]);

  const gateway = await startGateway({ dataDir }, onTestFinished);
  await gateway.signIn();
  const device = { kind: 'railway', profile: 'fengsui', name: '周界', region: '360902001000' };
  await gateway.call('PUT', '/api/v1/devices/yz-fence-1', device);
  const client = connect(gateway.mqttUrl, { reconnectPeriod: 0 });
  onTestFinished(() => client.endAsync(true));
  let [isImporting, said] = [true, 0];
  const talking = (async () => {
    for (; isImporting || said < 20; said++) {
      const message = JSON.stringify({ values: { strain: said } });
      await client.publishAsync('fengsui/v1/yz-fence-1/telemetry', message, { qos: 1 });
      await sleep(20); // slower than the rate that one device may have
    }
  })();
  const imported = await fengsui(dataDir, ['import', '--in', file]);
  isImporting = false;
  await talking;
  expect(imported).toEqual({ code: 0, said: expect.stringContaining('3000 into the archive') });
  expect(await fengsui(dataDir, ['export', '--out', join(from, 'none.csv'), '--format', 'csv'])).toMatchObject({
    code: 0,
  });
  const archive = async () => {
    const { followers } = SystemStatus.parse(await gateway.call('GET', '/api/v1/system'));
    return followers.find(({ name }) => name === 'archive');
  };
  await expect.poll(archive).toMatchObject({ lag: 0, failures: 0 });
  expect(archived(dataDir)).toBe(3_000);
  expect(archived(dataDir, 'telemetry')).toBe(said);
});

it('imports into InfluxDB too, with all that a chart needs', async () => {
  const influx = await startInfluxdb(onTestFinished);
  const folder = await temporaryFolder(onTestFinished);
  const file = join(folder, 'alarms.jsonl');
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), Date.now);
  await add(journal, 5, (at) => ({ occurredAt: MORNING + at }));
  await journal.close();
  const env = { FENGSUI_INFLUX_URL: influx.url, FENGSUI_INFLUX_API: 'v1', FENGSUI_INFLUX_DATABASE: 'fengsui' };
  await fengsui(folder, ['export', '--out', file]);
  expect(await fengsui(folder, ['import', '--in', file], env)).toMatchObject({ code: 0 });
  const rows = await influx.query(`SELECT count("alarm"), last("verdict") FROM alarm WHERE "kind" = 'imported'`);
  expect(rows).toMatchObject([{ count: 5, last: 'real' }]);
});

it('says what is wrong with how it was called', async () => {
  const folder = await temporaryFolder(onTestFinished);
  writeFileSync(join(folder, 'x'), '');
  for (const args of [[], ['delete'], ['export'], ['export', '--out', 'x', '--from', 'soon'], ['import', '--force']]) {
    const { code, said } = await fengsui(folder, args);
    expect([args, code, said.includes('usage')]).toEqual([args, 2, true]);
  }
  expect(await fengsui(folder, ['export', '--out', join(folder, 'y')])).toMatchObject({
    code: 1,
    said: expect.stringContaining('there is no journal'),
  });
});
