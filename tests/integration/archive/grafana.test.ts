import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { AlarmEntry, Entry } from '../../../gateway/domain/entry.ts';
import { openInfluxV1 } from '../../../gateway/followers/archive/influx-v1.ts';
import { toPoints } from '../../../gateway/followers/archive/point.ts';
import { startGateway } from '../../parts/gateway.ts';
import { startInfluxdb } from '../../parts/influxdb.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const Dashboard = z.object({
  panels: z.array(
    z.object({
      id: z.int(),
      title: z.string(),
      datasource: z.object({ type: z.enum(['influxdb', 'prometheus']), uid: z.string() }),
      gridPos: z.object({ x: z.int().max(23), y: z.int(), w: z.int().max(24), h: z.int() }),
      targets: z
        .array(z.object({ refId: z.string(), query: z.string().optional(), expr: z.string().optional() }))
        .min(1),
    }),
  ),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
});
const FILE = join(import.meta.dirname, '../../../config/grafana/fengsui-alarms.json');
const dashboard = Dashboard.parse(JSON.parse(await readFile(FILE, 'utf8')));
const targets = dashboard.panels.flatMap(({ title, targets: all }) => all.map((one) => ({ title, ...one })));
/** As Grafana fills in its variables. */
const filledIn = (query: string): string =>
  query
    .replaceAll('$timeFilter', `time >= ${MORNING}ms AND time < ${MORNING + 3_600_000}ms`)
    .replaceAll('$__interval', '10m')
    .replaceAll('$region', '3609');

/** One alarm's life, and a device that goes offline. */
function morning(): { entry: Entry; at: number; alarm: ReturnType<typeof someAlarm> }[] {
  const alarm = someAlarm();
  const by = { alarm: alarm.id, by: { name: 'seat-a', centre: '360900000000' }, note: undefined, doneAt: undefined };
  const acts: AlarmEntry[] = [
    { kind: 'acknowledged', ...by },
    { kind: 'arrived', ...by },
    { kind: 'resolved', verdict: 'falseAlarm', ...by },
    { kind: 'closed', ...by, doneAt: alarm.receivedAt + 90_000 },
  ];
  const offline: Entry = { kind: 'device-status', device: 'door-3', online: false, statusAt: MORNING };
  const entries: Entry[] = [raised(alarm), ...acts, offline];
  const judged = someAlarm({ ...alarm, verdict: 'falseAlarm' });
  return entries.map((entry, step) => ({ entry, at: alarm.receivedAt + step * 30_000, alarm: judged }));
}

it('has queries of which each answers on the real 1.6.7', async () => {
  const influx = await startInfluxdb(onTestFinished);
  const settings = {
    api: 'v1',
    url: influx.url,
    database: 'fengsui',
    username: undefined,
    password: undefined,
  } as const;
  const archive = openInfluxV1({ ...settings, keepDays: undefined }, (_, text) => {
    throw new Error(text);
  });
  const devices = {
    find: () => ({ id: 'door-3', kind: 'access', region: '360902001000' }) as never,
  };
  await archive.write(morning().flatMap((one, at) => toPoints({ seq: at + 1, ...one }, devices)));
  await archive.close();
  const queries = targets.flatMap(({ title, query }) =>
    query === undefined ? [] : [[title, filledIn(query)] as const],
  );
  expect(queries.length).toBeGreaterThan(7);
  for (const [title, query] of queries) {
    const rows = await influx.query(query);
    expect([title, query, rows.length > 0]).toEqual([title, query, true]);
  }
  const accepted = await influx.query(
    `SELECT "after_s" FROM "alarm" WHERE "kind" = 'acknowledged' OR "kind" = 'closed'`,
  );
  expect(accepted.map(({ after_s }) => after_s)).toEqual([30, 90]);
});

it('has Prometheus series of which each is told by a running gateway', async () => {
  const gateway = await startGateway({ dataDir: await temporaryFolder(onTestFinished) }, onTestFinished);
  const told = await (await fetch(`${gateway.url}/metrics`)).text();
  const series = targets.flatMap(({ expr = '' }) => expr.match(/fengsui_\w+/g) ?? []);
  expect(series.length).toBeGreaterThan(4);
  for (const name of new Set(series))
    expect([name, told.includes(`# TYPE ${name.replace(/_bucket$/, '')} `)]).toEqual([name, true]);
});

it('lays its panels out side by side, and asks for no source that it does not name', () => {
  const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  const names = dashboard.templating.list.map(({ name }) => `$\{${name}}`);
  for (const { datasource } of dashboard.panels) expect(names).toContain(datasource.uid);
});
