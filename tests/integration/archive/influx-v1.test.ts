import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../../gateway/domain/entry.ts';
import { archiveEntries, type OnRefused } from '../../../gateway/followers/archive/archive.ts';
import { openInfluxV1 } from '../../../gateway/followers/archive/influx-v1.ts';
import { fieldText, tagText } from '../../../gateway/followers/archive/line-protocol.ts';
import { type Point, toPoints } from '../../../gateway/followers/archive/point.ts';
import { type RealInflux, startInfluxdb } from '../../parts/influxdb.ts';
import { CORPUS, isReadable } from '../../parts/line-corpus.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const log = pino({ level: 'silent' });
const devices = { find: () => undefined };
const noRefusal: OnRefused = (_, text) => {
  throw new Error(`refused: ${text}`);
};
const v1 = (url: string, database = 'fengsui', user: { username?: string; password?: string } = {}) =>
  ({
    api: 'v1',
    url,
    database,
    username: user.username,
    password: user.password,
    keepDays: undefined as number | undefined,
  }) as const;

const alarmPoints = (count: number, firstSeq = 1): Point[] =>
  Array.from({ length: count }, (_, at) => someAlarm({ occurredAt: MORNING + Math.floor(at / 10) })).flatMap(
    (alarm, at) => toPoints({ seq: firstSeq + at, at: MORNING, entry: raised(alarm), alarm }, devices),
  );

describe('InfluxDB 1.6.7, the real one', () => {
  let influx: RealInflux;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    influx = await startInfluxdb((end) => ends.push(end));
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  it('makes its database and finds an alarm that it wrote, type by type', async () => {
    const archive = openInfluxV1(v1(influx.url, 'made by us'), noRefusal);
    expect(await archive.check()).toEqual({ ok: true, value: undefined });
    const alarm = someAlarm({ text: 'a "quoted" text,\nwith = marks \\ and 汉字', value: 3 });
    await archive.write(toPoints({ seq: 7, at: MORNING, entry: raised(alarm), alarm }, devices));
    const found = await archive.find(alarm.id, MORNING);
    expect(found).toMatchObject([
      {
        measurement: 'alarm',
        at: MORNING,
        seq: 7,
        alarm: alarm.id,
        values: {
          region: alarm.region,
          severity: '2',
          kind: 'raised',
          state: 'new',
          text: alarm.text,
          count: 1,
          km_value: 812_300,
        },
      },
    ]);
    expect(await archive.find(alarm.id, MORNING + 2 * 3_600_000)).toEqual([]);
    await archive.close();
  });

  it('keeps as many days as the settings say, in a new database and in one that is there', async () => {
    const policies = (database: string) => influx.query(`SHOW RETENTION POLICIES ON "${database}"`, database);
    const fresh = openInfluxV1({ ...v1(influx.url, 'kept'), keepDays: 90 }, noRefusal);
    const recent = alarmPoints(3).map((point, at) => ({ ...point, atNs: BigInt(Date.now() - at) * 1_000_000n }));
    await fresh.write(recent);
    expect(await policies('kept')).toMatchObject([
      { name: 'autogen', duration: '2160h0m0s', default: true },
      { name: 'hours' },
    ]);
    const longer = openInfluxV1({ ...v1(influx.url, 'kept'), keepDays: 400 }, noRefusal);
    expect(await longer.check()).toEqual({ ok: true, value: undefined });
    expect(await policies('kept')).toMatchObject([
      { name: 'autogen', duration: '9600h0m0s', default: true },
      { name: 'hours' },
    ]);
    expect(await influx.query('SELECT count(seq) FROM alarm', 'kept')).toMatchObject([{ count: 3 }]);

    const asItIs = openInfluxV1(v1(influx.url, 'kept'), noRefusal);
    await asItIs.write(recent);
    expect(await policies('kept')).toMatchObject([{ duration: '9600h0m0s' }, {}]);
    await Promise.all([fresh, longer, asItIs].map((archive) => archive.close()));
  });

  it('sets points aside that are older than what is kept', async () => {
    const refused: string[] = [];
    const archive = openInfluxV1({ ...v1(influx.url, 'short'), keepDays: 1 }, (_, text) => refused.push(text));
    await archive.write(alarmPoints(1));
    expect(refused).toEqual([expect.stringContaining('points beyond retention policy')]);
    await archive.close();
  });

  it('makes the database when it is gone at the time of a write', async () => {
    const archive = openInfluxV1(v1(influx.url, 'late'), noRefusal);
    await archive.write(alarmPoints(3));
    expect(await influx.query('SELECT count(seq) FROM alarm', 'late')).toMatchObject([{ count: 3 }]);
    await archive.close();
  });

  it('has a thousand entries of a hundred milliseconds once, however often they are written', async () => {
    const archive = openInfluxV1(v1(influx.url, 'twice'), noRefusal);
    const points = alarmPoints(1000);
    await archive.write(points);
    await archive.write(points);
    expect(await influx.query('SELECT count(seq), sum(seq) FROM alarm', 'twice')).toMatchObject([
      { count: 1000, sum: 500_500 },
    ]);
    await archive.close();
  });

  it('sets the one point aside whose field has another type, and stores its 999 neighbours', async () => {
    const refused: [string, string][] = [];
    const archive = openInfluxV1(v1(influx.url, 'conflict'), (point, text) =>
      refused.push([String(point.fields['seq']), text]),
    );
    await archive.write(alarmPoints(1, 1));
    const points = alarmPoints(1000, 1001).map((point) =>
      point.fields['seq'] === 1500n ? { ...point, fields: { ...point.fields, count: 'many' } } : point,
    );
    await archive.write(points);
    expect(refused).toEqual([['1500', expect.stringContaining('field type conflict')]]);
    expect(archive.refused()).toBe(1);
    expect(await influx.query('SELECT count(seq) FROM alarm', 'conflict')).toMatchObject([{ count: 1000 }]);
    await archive.close();
  });

  it('gives back any text and number that a point can hold', async () => {
    const archive = openInfluxV1(v1(influx.url, 'any'), noRefusal);
    const texts = fc.sample(fc.string({ unit: 'binary', maxLength: 60 }), { numRuns: 300, seed: 812 });
    const hostile = [
      'a\\',
      'a,b=c d',
      '\\,',
      'x\ny',
      '"',
      '\\"',
      "'",
      '\u2028',
      ' lead',
      'trail ',
      '汉字 😀',
      '#',
      'i',
      '\\\\',
      '1i',
    ];
    const values = fc.sample(fc.double({ noDefaultInfinity: true, noNaN: true }), { numRuns: 315, seed: 812 });
    const points = [...hostile, ...texts].map(
      (text, at): Point => ({
        measurement: 'telemetry',
        tags: { type: text },
        fields: { text, value: values[at] ?? 0, seq: BigInt(at), isEven: at % 2 === 0 },
        atNs: BigInt(MORNING) * 1_000_000n + BigInt(at),
      }),
    );
    await archive.write(points);
    const rows = await influx.query('SELECT * FROM telemetry', 'any');
    expect(rows).toHaveLength(points.length);
    for (const [at, row] of rows.entries()) {
      const { fields, tags, atNs } = points[at] ?? expect.fail();
      expect(row['time']).toBe(String(atNs));
      expect(row['text']).toBe(fieldText(String(fields['text'])));
      expect(row['type'] ?? '').toBe(tagText(tags['type'] ?? ''));
      expect(row['value']).toBe(fields['value'] === 0 ? 0 : fields['value']);
      expect(row['isEven']).toBe(at % 2 === 0);
    }
    await archive.close();
  });

  it('reads each line as our strict reader does', async () => {
    await influx.query('CREATE DATABASE corpus');
    for (const [at, line] of CORPUS.entries()) {
      const answer = await fetch(`${influx.url}/write?db=corpus&precision=ns`, {
        method: 'POST',
        body: `m${at}${line}`,
      });
      expect([line, answer.status === 204]).toEqual([line, isReadable(`m${at}${line}`)]);
    }
  });

  it('answers every query that the operator reads in docs/operation/archive.md', async () => {
    const archive = openInfluxV1(v1(influx.url, 'docs'), noRefusal);
    const alarm = someAlarm();
    const telemetry = {
      kind: 'telemetry',
      device: 'rail-t1',
      at: MORNING,
      values: { rail_temperature: 41.5 },
    } as const;
    const entries: Entry[] = [
      raised(alarm),
      { kind: 'telemetry', telemetry },
      { kind: 'access', access: { kind: 'access', device: 'door-3', at: MORNING, result: 'denied', direction: 'in' } },
      { kind: 'device-status', device: 'door-3', online: false, statusAt: MORNING },
    ];
    await archive.write(entries.flatMap((entry, at) => toPoints({ seq: at + 1, at: MORNING, entry, alarm }, devices)));
    const page = await readFile(join(import.meta.dirname, '../../../docs/operation/archive.md'), 'utf8');
    const queries = [...page.matchAll(/```sql\n([^`]+)```/g)].flatMap((block) => (block[1] ?? '').trim().split(';'));
    expect(queries.length).toBeGreaterThan(3);
    for (const query of queries.filter((text) => text.trim() !== '')) {
      expect([query, await influx.query(query.replaceAll('{alarm}', alarm.id), 'docs')]).toEqual([
        query,
        expect.arrayContaining([expect.anything()]),
      ]);
    }
    await archive.close();
  });

  it('stays at its cursor while the server is dead, and has each point once when it is back', async () => {
    const archive = openInfluxV1(v1(influx.url, 'outage'), noRefusal);
    const [journal, cursors, stop] = [new MemoryJournal(100), new MemoryCursors(), new AbortController()];
    for (let n = 0; n < 5000; n++) {
      const alarm = someAlarm({ occurredAt: MORNING + n });
      journal.add(raised(alarm), alarm, MORNING);
    }
    const ports = { journal, cursors, archive, devices, log, stop: stop.signal, now: Date.now, random: () => 0.2 };
    const follower = archiveEntries(ports);
    await cursors.reached('archive', 500);
    await influx.kill(); // while it writes: the next batches are already on their way
    await expect.poll(() => follower.state().failures, { timeout: 20_000 }).toBeGreaterThan(1);
    const { status, cursor } = follower.state();
    expect(status).toBe('retrying');
    expect(follower.lag()).toBe(5000 - cursor);
    await influx.start();
    await cursors.reached('archive', 5000);
    stop.abort();
    await follower.done;
    const once = { count: 5000, sum: (5000 * 5001) / 2 };
    expect(await influx.query('SELECT count(seq), sum(seq) FROM alarm', 'outage')).toMatchObject([once]);

    await cursors.store('archive', 4000); // as a crash between the effect and the cursor leaves it
    const stopAgain = new AbortController();
    const again = archiveEntries({ ...ports, stop: stopAgain.signal });
    await cursors.reached('archive', 5000);
    stopAgain.abort();
    await again.done;
    expect(await influx.query('SELECT count(seq), sum(seq) FROM alarm', 'outage')).toMatchObject([once]);
    await archive.close();
  });
});

describe('InfluxDB 1.6.7 with authentication', () => {
  it('signs in by a header, and says what is wrong with a false password', async ({ onTestFinished }) => {
    const influx = await startInfluxdb(onTestFinished, { authEnabled: true });
    const user = { username: 'fengsui', password: 'a"b:c d' };
    await influx.query(`CREATE USER fengsui WITH PASSWORD 'a"b:c d' WITH ALL PRIVILEGES`);
    const archive = openInfluxV1(v1(influx.url, 'fengsui', user), noRefusal);
    expect(await archive.check()).toEqual({ ok: true, value: undefined });
    await archive.write(alarmPoints(2));
    const basic = `Basic ${Buffer.from('fengsui:a"b:c d').toString('base64')}`;
    expect(await influx.query('SELECT count(seq) FROM alarm', 'fengsui', basic)).toMatchObject([{ count: 2 }]);

    await influx.query(`CREATE USER clerk WITH PASSWORD 'clerk'`, 'fengsui', basic);
    await influx.query('GRANT ALL ON fengsui TO clerk', 'fengsui', basic);
    const clerk = openInfluxV1(v1(influx.url, 'fengsui', { username: 'clerk', password: 'clerk' }), noRefusal);
    expect(await clerk.check()).toEqual({ ok: true, value: undefined }); // may make no database, and need not
    await clerk.write(alarmPoints(2, 3));
    await clerk.close();
    // who may not set the policy still writes, and says so
    const keeping = { ...v1(influx.url, 'fengsui', { username: 'clerk', password: 'clerk' }), keepDays: 30 };
    const bound = openInfluxV1(keeping, noRefusal);
    await bound.write(alarmPoints(1, 9));
    expect(await bound.check()).toMatchObject({ ok: false, error: expect.stringContaining('30 days') });
    await bound.close();

    const stranger = openInfluxV1(v1(influx.url, 'fengsui', { ...user, password: 'guess' }), noRefusal);
    expect(await stranger.check()).toMatchObject({ ok: false, error: expect.stringContaining('401') });
    await expect(stranger.write(alarmPoints(1))).rejects.toMatchObject({ name: 'ArchiveUnavailable', status: 401 });
    await Promise.all([archive.close(), stranger.close()]);
  });
});
