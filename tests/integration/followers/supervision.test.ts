import { join } from 'node:path';
import pino from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { runFollower } from '../../../gateway/followers/follower.ts';
import { NeverWorks } from '../../../gateway/followers/poison.ts';
import { FollowerDesk } from '../../../gateway/followers/supervision.ts';
import type { Seq } from '../../../gateway/journal/journal.ts';
import { openSqliteJournal, type SqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const ADMIN = { name: 'admin', centre: '360900000000' };
const entry = { kind: 'device-removed', device: 'd', by: ADMIN } as const;
const poisonous = { kind: 'device-removed', device: 'poison', by: ADMIN } as const;

async function add(journal: SqliteJournal, what: typeof entry | typeof poisonous, times = 1): Promise<void> {
  const write = { subject: 'device/d', expectedVersion: undefined, entries: [{ entry: what, alarm: undefined }] };
  await journal.append(Array.from({ length: times }, () => write));
}

/** One life of a gateway as far as followers go: the real journal, a desk over it, and a follower that has an aversion. */
async function live(folder: string) {
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), Date.now);
  const desk = new FollowerDesk({ journal, queries: journal.queries, now: Date.now });
  const [done, stop] = [[] as Seq[], new AbortController()];
  const follower = runFollower({
    name: 'archive',
    journal,
    cursors: journal.cursors,
    supervision: desk,
    handle: async ({ entries }) => {
      if (entries.some((one) => 'device' in one.entry && one.entry.device === 'poison')) throw new NeverWorks('no');
      done.push(...entries.map(({ seq }) => seq));
    },
    log: pino({ level: 'silent' }),
    stop: stop.signal,
    now: Date.now,
    random: () => 0,
  });
  const end = async () => {
    stop.abort();
    await follower.done;
    await journal.close();
  };
  return { journal, desk, follower, done, end };
}

it('keeps a pause over a restart, and takes what came meanwhile once it is resumed', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const first = await live(folder);
  await add(first.journal, entry, 3);
  await expect.poll(() => first.done.length).toBe(3);
  await first.desk.pause('archive', ADMIN);
  await add(first.journal, entry, 5);
  expect(first.follower.state()).toMatchObject({ status: 'paused', cursor: 3, failures: 0 });
  await first.end();

  const second = await live(folder);
  await add(second.journal, entry, 2);
  expect(second.desk.pauseOf('archive')).toMatchObject({ by: 'admin' });
  expect([second.follower.state().status, second.follower.lag()]).toEqual(['paused', 8]);
  expect(second.done).toEqual([]);
  await second.desk.resume('archive', ADMIN);
  await expect.poll(() => second.follower.lag()).toBe(0);
  expect(second.done[0]).toBe(4);
  expect(second.follower.state()).toMatchObject({ status: 'following', failures: 0 });
  await second.end();

  const third = await live(folder);
  expect(third.desk.pauseOf('archive')).toBeUndefined();
  await third.end();
});

it('stops at once while it is paused', async () => {
  const gateway = await live(await temporaryFolder(onTestFinished));
  await gateway.desk.pause('archive', ADMIN);
  await add(gateway.journal, entry);
  await gateway.end();
  expect(gateway.done).toEqual([]);
  expect(gateway.follower.state()).toMatchObject({ status: 'stopped', cursor: 0 });
});

it('keeps an entry that was set aside, with its reason, over a restart', async () => {
  const folder = await temporaryFolder(onTestFinished);
  const first = await live(folder);
  await add(first.journal, entry, 2);
  await add(first.journal, poisonous);
  await add(first.journal, entry, 2);
  await expect.poll(() => first.follower.lag()).toBe(0);
  await first.end();

  const second = await live(folder);
  const { count, latest } = second.desk.keptOf('archive', 10);
  expect(count).toBe(1);
  expect(latest).toMatchObject([{ follower: 'archive', seq: 3, kind: 'device-removed', reason: 'no', attempts: 1 }]);
  expect(second.desk.keptOf('evidence', 10)).toEqual({ count: 0, latest: [] });
  await second.end();
});
