import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openEmbeddedArchive } from '../../../gateway/followers/archive/embedded.ts';
import { openInfluxV1 } from '../../../gateway/followers/archive/influx-v1.ts';
import type { Measurement, Point } from '../../../gateway/followers/archive/point.ts';
import { startInfluxdb } from '../../parts/influxdb.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const KEEPING = { rawDays: 30, keepDays: 365 };
let serial = 0n;

const point = (measurement: Measurement, daysAgo: number): Point => {
  serial += 1n;
  return {
    measurement,
    tags: { region: '360902001000', type: 'rail' },
    fields: { device: 'rail-t1', value: 21.5 },
    atNs: BigInt(NOW - Math.trunc(daysAgo * DAY_MS)) * 1_000_000n + serial,
  };
};
const several = (count: number, measurement: Measurement, daysAgo: number): Point[] =>
  Array.from({ length: count }, () => point(measurement, daysAgo));

async function embedded(onTestFinished: Parameters<typeof temporaryFolder>[0]) {
  const file = join(await temporaryFolder(onTestFinished), 'archive.sqlite');
  const archive = openEmbeddedArchive(file);
  onTestFinished(() => archive.close());
  const held = () => {
    const database = new Database(file, { readonly: true });
    const rows = database.prepare('SELECT measurement, count(*) FROM point GROUP BY measurement').raw().all();
    database.close();
    return Object.fromEntries(rows as [string, number][]);
  };
  return { archive, held };
}

it('forgets measurements after a month, their hours and all else after a year, and nothing younger', async ({
  onTestFinished,
}) => {
  const { archive, held } = await embedded(onTestFinished);
  const [raw, hour] = ['telemetry', 'telemetry_hourly'] as const;
  await archive.write([
    point(raw, 31),
    point(raw, 29),
    point(hour, 364),
    point(hour, 366),
    point('alarm', 364),
    point('alarm', 366),
  ]);
  expect(await archive.forget(KEEPING, NOW)).toBe(3);
  expect(held()).toEqual({ telemetry: 1, telemetry_hourly: 1, alarm: 1 });
  expect(await archive.forget(KEEPING, NOW)).toBe(0);
});

it('lets writes in between the slices in which a long past goes', async ({ onTestFinished }) => {
  const { archive, held } = await embedded(onTestFinished);
  for (let batch = 0; batch < 12; batch += 1) await archive.write(several(1_000, 'telemetry', 60));
  let isForgotten = false;
  const forgetting = archive.forget(KEEPING, NOW).then((taken) => {
    isForgotten = true;
    return taken;
  });
  let written = 0;
  for (; !isForgotten; written += 1) await archive.write([point('telemetry', 1)]);
  expect(await forgetting).toBe(12_000);
  // One slice of a thousand stands before each write at most: were they one transaction, a single write would get in.
  expect(written).toBeGreaterThanOrEqual(12);
  expect(held()).toEqual({ telemetry: written });
});

it('keeps hourly values in InfluxDB longer than the days after which the rest goes', async ({ onTestFinished }) => {
  const influx = await startInfluxdb(onTestFinished);
  const refused: string[] = [];
  const settings = { api: 'v1', url: influx.url, database: 'city', username: undefined, password: undefined } as const;
  const archive = openInfluxV1({ ...settings, keepDays: 30 }, (_point, text) => refused.push(text), 700);
  onTestFinished(() => archive.close());
  await archive.write([...several(2, 'telemetry', 1), ...several(3, 'telemetry_hourly', 600)]);
  expect(refused).toEqual([]);
  expect(await influx.query('SHOW RETENTION POLICIES ON "city"', 'city')).toMatchObject([
    { name: 'autogen', duration: '720h0m0s', default: true },
    { name: 'hours', duration: '16800h0m0s', default: false },
  ]);
  expect(await influx.query('SELECT count(value) FROM telemetry', 'city')).toMatchObject([{ count: 2 }]);
  expect(await influx.query('SELECT count(value) FROM hours.telemetry_hourly', 'city')).toMatchObject([{ count: 3 }]);
  const again = openInfluxV1({ ...settings, keepDays: 30 }, () => undefined, 800); // other days: the policy is changed
  onTestFinished(() => again.close());
  expect(await again.check()).toEqual({ ok: true, value: undefined });
  expect(await influx.query('SHOW RETENTION POLICIES ON "city"', 'city')).toMatchObject([
    {},
    { duration: '19200h0m0s' },
  ]);
});
