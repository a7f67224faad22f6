import { describe, expect, it } from 'vitest';
import { openInfluxV2 } from '../../../gateway/followers/archive/influx-v2.ts';
import { type Point, toPoints } from '../../../gateway/followers/archive/point.ts';
import { startVictoriaMetrics } from '../../parts/influx-compatible.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const devices = { find: () => undefined };

describe('the way of InfluxDB 2.x, by its official client to a real server', () => {
  it('carries each number of a thousand entries, with its tags and its time, once each', async ({ onTestFinished }) => {
    const server = await startVictoriaMetrics(onTestFinished);
    const archive = openInfluxV2(
      { api: 'v2', url: server.url, org: 'yichun', bucket: 'alarms', token: 'any' },
      (_, text) => {
        throw new Error(`refused: ${text}`);
      },
    );
    const alarms = Array.from({ length: 1000 }, (_, at) =>
      someAlarm({ occurredAt: MORNING + at, count: at + 1, text: 'a "quoted" text, with = marks \\ and 汉字' }),
    );
    const points: Point[] = alarms.flatMap((alarm, at) =>
      toPoints({ seq: at + 1, at: MORNING, entry: raised(alarm), alarm }, devices),
    );
    await archive.write(points);
    const series = await server.series('alarm_');
    const counts = series.filter(({ metric }) => metric['__name__'] === 'alarm_count');
    expect(counts.map(({ metric }) => metric)).toMatchObject([
      { region: '360902001000', type: 'railway.perimeter.intrusion', severity: '2', kind: 'raised' },
    ]);
    const byTime = (counts[0]?.timestamps ?? []).map((at, index) => [at, counts[0]?.values[index]]);
    expect(byTime.sort(([a = 0], [b = 0]) => a - b)).toEqual(
      alarms.map(({ occurredAt, count }) => [occurredAt, count]),
    );
    const kilometres = series.find(({ metric }) => metric['__name__'] === 'alarm_km_value');
    expect(new Set(kilometres?.values)).toEqual(new Set([812_300]));
    await archive.close();
  });
});
