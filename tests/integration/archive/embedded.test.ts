import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import pino from 'pino';
import { describe, expect, it } from 'vitest';
import { archiveEntries } from '../../../gateway/followers/archive/archive.ts';
import { openArchive } from '../../../gateway/followers/archive/open-archive.ts';
import { toPoints } from '../../../gateway/followers/archive/point.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import type { OnFinished } from '../../parts/influxdb.ts';
import { NEVER_AGAIN } from '../../parts/never-again.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';

const log = pino({ level: 'silent' });
const devices = { find: () => undefined };

async function temporaryFolder(onFinished: OnFinished): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fengsui-archive-'));
  onFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function journalWith(count: number, folder: string) {
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), () => MORNING);
  const alarms = Array.from({ length: count }, (_, at) => someAlarm({ occurredAt: MORNING + Math.floor(at / 10) }));
  await journal.append(
    alarms.map((alarm) => ({
      subject: `device/${alarm.id}`,
      expectedVersion: undefined,
      entries: [{ entry: raised(alarm), alarm }],
    })),
  );
  return { journal, alarms };
}

const seqsIn = (folder: string): unknown => {
  const file = new Database(join(folder, 'archive.sqlite'), { readonly: true });
  const row = file
    .prepare(`SELECT count(*) AS count, sum(fields ->> 'seq') AS sum, max(fields ->> 'seq') AS last FROM point`)
    .get();
  file.close();
  return row;
};
const each = (count: number) => ({ count, sum: (count * (count + 1)) / 2, last: count });

describe('the embedded archive', () => {
  it('finds an alarm that it wrote, with the same words as InfluxDB', async ({ onTestFinished }) => {
    const archive = openArchive(undefined, await temporaryFolder(onTestFinished), log);
    expect(await archive.check()).toEqual({ ok: true, value: undefined });
    const alarm = someAlarm({ text: 'a "quoted" text,\nwith \\ and 汉字', value: 3 });
    const points = toPoints({ seq: 7, at: MORNING, entry: raised(alarm), alarm }, devices);
    await archive.write(points);
    await archive.write(points);
    expect(await archive.find(alarm.id, MORNING)).toMatchObject([
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
    expect(await archive.find(someAlarm().id, MORNING)).toEqual([]);
    await archive.close();
  });

  it('is filled up from the journal again when its file is gone', async ({ onTestFinished }) => {
    const folder = await temporaryFolder(onTestFinished);
    const { journal } = await journalWith(2500, folder);
    for (const round of [1, 2]) {
      const archive = openArchive(undefined, folder, log);
      const stop = new AbortController();
      const follower = archiveEntries({
        journal,
        cursors: journal.cursors,
        archive,
        devices,
        log,
        stop: stop.signal,
        now: Date.now,
        random: () => 0,
      });
      await expect.poll(() => follower.lag(), { timeout: 20_000 }).toBe(0);
      stop.abort();
      await follower.done;
      await archive.close();
      expect(seqsIn(folder)).toEqual(each(2500));
      expect(journal.cursors.read('archive')).toBe(2500);
      if (round === 1)
        for (const end of ['', '-wal', '-shm']) await rm(join(folder, `archive.sqlite${end}`), { force: true });
    }
    await journal.close();
  });

  it(
    'has every entry once after the gateway was killed six times on its way',
    NEVER_AGAIN,
    async ({ onTestFinished }) => {
      const folder = await temporaryFolder(onTestFinished);
      const { journal } = await journalWith(20_000, folder);
      await journal.close();
      for (let kill = 1; kill <= 6; kill++) {
        const child = startChild(folder, onTestFinished);
        await word(child, (cursor) => cursor >= kill * 3000); // killed in the middle of whatever comes next
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      const last = startChild(folder, onTestFinished);
      await word(last, (cursor) => cursor === 20_000);
      last.kill('SIGKILL');
      await once(last, 'exit');
      expect(seqsIn(folder)).toEqual(each(20_000));
    },
  );
});

function startChild(folder: string, onFinished: OnFinished): ChildProcess {
  const child = fork(join(import.meta.dirname, '../../parts/archiving-process.ts'), [folder], { execArgv: [] });
  onFinished(async () => void child.kill('SIGKILL'));
  return child;
}

/** Waits for the process to say that its cursor is somewhere. */
async function word(child: ChildProcess, isThere: (cursor: number) => boolean): Promise<void> {
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the archiving process ended by itself')));
  const told = new Promise<void>((resolve) => child.on('message', (cursor) => isThere(Number(cursor)) && resolve()));
  await Promise.race([told, ended]);
  ended.catch(() => undefined);
}
