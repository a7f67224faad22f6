import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { archiveEntries, type OnRefused } from '../../../gateway/followers/archive/archive.ts';
import { openInfluxV1 } from '../../../gateway/followers/archive/influx-v1.ts';
import { openInfluxV2 } from '../../../gateway/followers/archive/influx-v2.ts';
import { type Point, toPoints } from '../../../gateway/followers/archive/point.ts';
import { type StrictInfluxV2, startStrictInfluxV2 } from '../../parts/influx-v2.ts';
import { MemoryCursors, MemoryJournal } from '../../parts/memory-journal.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const devices = { find: () => undefined };
const noRefusal: OnRefused = (_, text) => {
  throw new Error(`refused: ${text}`);
};
const v2 = ({ url, token }: StrictInfluxV2, more: { token?: string; bucket?: string } = {}) =>
  ({ api: 'v2', url, org: 'yichun', bucket: 'alarms & more', token, ...more }) as const;
const alarmPoints = (count: number): Point[] =>
  Array.from({ length: count }, () => someAlarm()).flatMap((alarm, at) =>
    toPoints({ seq: at + 1, at: MORNING, entry: raised(alarm), alarm }, devices),
  );

describe('InfluxDB 2.x by its official client, against a strict server of our own', () => {
  it('finds an alarm that it wrote', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV2(onTestFinished);
    const archive = openInfluxV2(v2(strict), noRefusal);
    expect(await archive.check()).toEqual({ ok: true, value: undefined });
    const alarm = someAlarm({ text: 'a "quoted" text,\nwith = marks \\ and 汉字' });
    await archive.write(toPoints({ seq: 7, at: MORNING, entry: raised(alarm), alarm }, devices));
    expect(await archive.find(alarm.id, MORNING)).toMatchObject([
      {
        at: MORNING,
        seq: 7,
        alarm: alarm.id,
        values: { severity: '2', kind: 'raised', text: alarm.text, count: 1, value: 0.93 },
      },
    ]);
    await archive.close();
  });

  it('sends a thousand points in one request, and sets the one aside that is refused', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV2(onTestFinished);
    const refused: string[] = [];
    const archive = openInfluxV2(v2(strict), (point) => refused.push(String(point.fields['seq'])));
    const points = alarmPoints(1000);
    await archive.write(points);
    expect(strict.requests).toEqual(['POST /api/v2/write']);
    await archive.write(
      points.map((point, at) => (at === 499 ? { ...point, fields: { ...point.fields, count: 'many' } } : point)),
    );
    expect(refused).toEqual(['500']);
    expect(strict.points.size).toBe(1000);
    await archive.close();
  });

  it.each([
    [401, 'unauthorized'],
    [404, 'bucket'],
    [429, 'slow down'],
    [500, 'internal'],
    [503, 'hinted handoff'],
  ])('throws at a %i, so that the follower tries again', async (status, message) => {
    const ends: (() => Promise<void>)[] = [];
    const strict = await startStrictInfluxV2((end) => ends.push(end));
    const archive = openInfluxV2(v2(strict), noRefusal);
    strict.nextAnswers.push({ status, message });
    await expect(archive.write(alarmPoints(1))).rejects.toThrow(`${status} to a write`);
    await archive.write(alarmPoints(1)); // and takes the next one
    expect(strict.points.size).toBe(1);
    await archive.close();
    for (const end of ends) await end();
  });

  it('waits as long as a 429 asks for', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV2(onTestFinished);
    const archive = openInfluxV2(v2(strict), noRefusal);
    const waits: unknown[] = [];
    const log = pino({ level: 'warn' }, { write: (line) => waits.push(JSON.parse(line).waitMs) });
    const [journal, cursors, stop] = [new MemoryJournal(), new MemoryCursors(), new AbortController()];
    const alarm = someAlarm();
    journal.add(raised(alarm), alarm, MORNING);
    strict.nextAnswers.push({ status: 429, headers: { 'retry-after': '1' } });
    const ports = { journal, cursors, archive, devices, log, stop: stop.signal, now: Date.now, random: () => 0 };
    const follower = archiveEntries(ports);
    await cursors.reached('archive', 1);
    expect(waits).toEqual([1000]);
    stop.abort();
    await follower.done;
    await archive.close();
  });

  it('never shows its token in what it says', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV2(onTestFinished);
    const archive = openInfluxV2(v2(strict, { token: 'another-secret-token' }), noRefusal);
    const error = await archive.write(alarmPoints(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const said: string[] = [];
    pino({ level: 'warn' }, { write: (line) => said.push(line) }).warn({ err: error }, 'failed');
    expect(said.join()).toContain('401');
    expect(said.join()).not.toContain('another-secret-token');
    await archive.close();
  });

  it('gives a server up that does not answer, 1.x or 2.x', async ({ onTestFinished }) => {
    const strict = await startStrictInfluxV2(onTestFinished);
    strict.nextAnswers.push('silent', 'silent');
    const second = openInfluxV2(v2(strict), noRefusal);
    const first = openInfluxV1(
      { api: 'v1', url: strict.url, database: 'x', username: undefined, password: undefined, keepDays: undefined },
      noRefusal,
    );
    const done = await Promise.allSettled([first, second].map((archive) => archive.write(alarmPoints(1))));
    expect(done).toMatchObject([
      { status: 'rejected', reason: { name: 'ArchiveUnavailable' } },
      { status: 'rejected', reason: { name: 'ArchiveUnavailable' } },
    ]);
    await Promise.all([first.close(), second.close()]);
  });
});
