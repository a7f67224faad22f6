import pino from 'pino';
import { describe, expect, it } from 'vitest';
import type { OnRefused } from '../../../gateway/followers/archive/archive.ts';
import { openInfluxV3 } from '../../../gateway/followers/archive/influx-v3.ts';
import { formatLine } from '../../../gateway/followers/archive/line-protocol.ts';
import { openArchive } from '../../../gateway/followers/archive/open-archive.ts';
import { type Point, toPoints } from '../../../gateway/followers/archive/point.ts';
import { type StrictInfluxV3, startStrictInfluxV3 } from '../../parts/influx-v3.ts';
import { startInfluxdb } from '../../parts/influxdb.ts';
import { CORPUS } from '../../parts/line-corpus.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const devices = { find: () => undefined };
const noRefusal: OnRefused = (_, text) => {
  throw new Error(`refused: ${text}`);
};
const v3 = ({ url, token, database }: StrictInfluxV3, more: { token?: string; database?: string } = {}) =>
  ({ api: 'v3', url, token, database, ...more }) as const;
const alarmPoints = (count: number): Point[] =>
  Array.from({ length: count }, () => someAlarm()).flatMap((alarm, at) =>
    toPoints({ seq: at + 1, at: MORNING, entry: raised(alarm), alarm }, devices),
  );

describe('InfluxDB 3, against a strict server of our own', () => {
  it('finds an alarm that it wrote, and nothing before there is a table', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV3(onTestFinished);
    const archive = openArchive(v3(strict), '', pino({ level: 'silent' }));
    expect(await archive.check()).toEqual({ ok: true, value: undefined }); // no database
    const online = { kind: 'device-status', device: 'door-3', online: true, statusAt: MORNING } as const;
    await archive.write(toPoints({ seq: 6, at: MORNING, entry: online, alarm: undefined }, devices));
    expect(await archive.check()).toEqual({ ok: true, value: undefined }); // no table of alarms
    const alarm = someAlarm({ text: 'a "quoted" text,\nwith = marks \\ and 汉字' });
    await archive.write(toPoints({ seq: 7, at: MORNING, entry: raised(alarm), alarm }, devices));
    expect(await archive.find(alarm.id, MORNING)).toMatchObject([
      { at: MORNING, seq: 7, alarm: alarm.id, values: { severity: '2', kind: 'raised', text: alarm.text, count: 1 } },
    ]);
    expect(await archive.find(alarm.id, MORNING + 2 * 3_600_000)).toEqual([]);
    await archive.close();
  });

  it('sends a thousand points in one request, once each however often, and sets the refused one aside', async ({
    onTestFinished,
  }) => {
    const strict = await startStrictInfluxV3(onTestFinished);
    const refused: [string, string][] = [];
    const archive = openInfluxV3(v3(strict), (point, text) => refused.push([String(point.fields['seq']), text]));
    const points = alarmPoints(1000);
    await archive.write(points);
    expect(strict.requests).toEqual(['POST /api/v3/write_lp']);
    await archive.write(
      points.map((point, at) => (at === 499 ? { ...point, fields: { ...point.fields, count: 'many' } } : point)),
    );
    expect(refused).toEqual([['500', expect.stringContaining('invalid column type')]]);
    expect([archive.refused(), strict.points.size]).toEqual([1, 1000]);
    await archive.close();
  });

  it.each([[401], [403], [404], [429], [500], [503]])(
    'throws at a %i, so that the follower tries again',
    async (status) => {
      const ends: (() => Promise<void>)[] = [];
      const strict = await startStrictInfluxV3((end) => ends.push(end));
      const archive = openInfluxV3(v3(strict), noRefusal);
      strict.nextAnswers.push({ status, body: { error: 'not now' }, headers: { 'retry-after': '1' } });
      await expect(archive.write(alarmPoints(1))).rejects.toThrow(`${status} to a write`);
      await archive.write(alarmPoints(1)); // and takes the next one
      expect(strict.points.size).toBe(1);
      await archive.close();
      for (const end of ends) await end();
    },
  );

  it('says what is wrong with a false token, and never shows it', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV3(onTestFinished);
    const archive = openInfluxV3(v3(strict, { token: 'another-secret-token' }), noRefusal);
    const said: string[] = [];
    const error = await archive.write(alarmPoints(1)).catch((thrown: unknown) => thrown);
    pino({ level: 'warn' }, { write: (line) => said.push(line) }).warn({ err: error }, 'failed');
    said.push(JSON.stringify(await archive.check()));
    expect(said.join()).toContain('401');
    expect(said.join()).not.toContain('another-secret-token');
    await archive.close();
  });

  it('is a server that reads every line as the real 1.6.7 does, ours among them', async ({ onTestFinished }) => {
    const [strict, influx] = [await startStrictInfluxV3(onTestFinished), await startInfluxdb(onTestFinished)];
    await influx.query('CREATE DATABASE corpus');
    const ours = alarmPoints(3).map((point, at) => formatLine(point).replace(/^alarm/, `own${at}`));
    const lines = [...CORPUS.map((line, at) => `m${at}${line}`), ...ours];
    const query = `db=${encodeURIComponent(strict.database)}&precision=nanosecond&accept_partial=false`;
    const headers = { authorization: `Bearer ${strict.token}` };
    for (const body of lines) {
      const [second, first] = await Promise.all([
        fetch(`${strict.url}/api/v3/write_lp?${query}`, { method: 'POST', body, headers }),
        fetch(`${influx.url}/write?db=corpus&precision=ns`, { method: 'POST', body }),
      ]);
      expect([body, second.status]).toEqual([body, first.status]);
    }
  });
});
