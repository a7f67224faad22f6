import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { expect, it } from 'vitest';
import { archiveEntries } from '../../../gateway/followers/archive/archive.ts';
import { openInfluxV1 } from '../../../gateway/followers/archive/influx-v1.ts';
import { runFollower } from '../../../gateway/followers/follower.ts';
import { FollowerDesk } from '../../../gateway/followers/supervision.ts';
import type { Write } from '../../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../../gateway/journal/sqlite.ts';
import { startInfluxdb } from '../../parts/influxdb.ts';
import { MORNING, raised, someAlarm } from '../../parts/recorded.ts';
import { temporaryFolder } from '../../parts/temporary-folder.ts';

const MISSED = 20_000;
const LIVE = 300;

const writeOf = (n: number): Write => {
  const alarm = someAlarm({ occurredAt: MORNING + n });
  return { subject: `device/${n % 100}`, expectedVersion: undefined, entries: [{ entry: raised(alarm), alarm }] };
};
const p99 = (waits: number[]): string =>
  `${waits.sort((a, b) => a - b)[Math.floor(waits.length * 0.99)]?.toFixed(1)} ms`;

it('catches up on 20,000 entries after an outage, each once, while live alarms go on', async ({
  onTestFinished,
  annotate,
}) => {
  const folder = await temporaryFolder(onTestFinished);
  const journal = await openSqliteJournal(join(folder, 'journal.sqlite'), Date.now);
  const influx = await startInfluxdb(onTestFinished);
  const archive = openInfluxV1(
    { api: 'v1', url: influx.url, database: 'fengsui', username: undefined, password: undefined, keepDays: undefined },
    (_, text) => expect.fail(text),
  );
  const stop = new AbortController();
  const supervision = new FollowerDesk({ journal, queries: journal.queries, now: Date.now });
  const common = {
    journal,
    supervision,
    cursors: journal.cursors,
    log: pino({ level: 'silent' }),
    stop: stop.signal,
    now: Date.now,
    random: () => 0.01,
  };
  const seen = new Map<number, number>(); // what a screen would be told, and when
  const screen = runFollower({
    ...common,
    name: 'screen',
    handle: async ({ entries }) => {
      for (const { seq } of entries) seen.set(seq, performance.now());
    },
  });
  /** Live alarms one after the other, each timed from the hand-over to the journal until a follower has it. */
  const live = async (): Promise<number[]> => {
    const waits: number[] = [];
    for (let n = 0; n < LIVE; n++) {
      const from = performance.now();
      const [stored] = await journal.append([writeOf(n)]);
      const seq = stored?.ok === true ? stored.value : expect.fail('refused');
      while (!seen.has(seq)) await sleep(0);
      waits.push((seen.get(seq) ?? 0) - from);
    }
    return waits;
  };

  await influx.kill();
  const follower = archiveEntries({ ...common, archive, devices: { find: () => undefined } });
  for (let n = 0; n < MISSED; n += 500) await journal.append(Array.from({ length: 500 }, (_, at) => writeOf(n + at)));
  const quiet = await live();
  expect(follower.state()).toMatchObject({ status: 'retrying', cursor: 0 });
  expect(follower.lag()).toBe(MISSED + LIVE);

  await influx.start();
  const busy = await live();
  await expect.poll(() => follower.lag(), { timeout: 30_000 }).toBe(0);
  const all = MISSED + 2 * LIVE;
  expect(await influx.query('SELECT count(seq), sum(seq) FROM alarm')).toMatchObject([
    { count: all, sum: (all * (all + 1)) / 2 },
  ]);
  expect(seen.size).toBe(all);
  expect(supervision.keptOf('archive', 1).count).toBe(0); // an outage is no entry's fault
  await annotate(`live path p99: ${p99(quiet)} while the archive is away, ${p99(busy)} while it catches up`);
  stop.abort();
  await Promise.all([follower.done, screen.done]);
  await archive.close();
  await journal.close();
});
