import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { expect } from 'vitest';
import { openLanes } from '../../gateway/desk/open-desk.ts';
import { openAlarmDesk } from '../../gateway/desk/order-desk.ts';
import type { Alarm } from '../../gateway/domain/alarm.ts';
import { failed } from '../../gateway/domain/result.ts';
import { takeEvidence } from '../../gateway/followers/evidence/evidence.ts';
import type { EvidencePorts } from '../../gateway/followers/evidence/ports.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite.ts';
import { MORNING } from './recorded.ts';
import type { OnFinished } from './temporary-folder.ts';

export const NO_CLIPS: EvidencePorts['clip'] = {
  isWanted: () => false,
  take: async () => failed({ reason: 'unreachable', text: 'not asked for' }),
  end: () => {},
  times: { beforeMs: 10_000, afterMs: 5_000 },
};

/** A real journal in a folder of its own, and the port by which evidence gets into it. */
export async function startEvidenceHouse(onFinished: OnFinished) {
  const dataDir = await mkdtemp(join(tmpdir(), 'fengsui-evidence-'));
  const journal = await openSqliteJournal(join(dataDir, 'journal.sqlite'), () => MORNING);
  const lanes = openLanes(journal, journal.queries);
  const stop = new AbortController();
  const logged: Record<string, unknown>[] = [];
  const house = {
    dataDir,
    journal,
    stop,
    logged,
    raise: async (...alarms: Alarm[]) => {
      for (const alarm of alarms) {
        await lanes.commit(alarm.device, [{ kind: 'raised', signal: `signal-of-${alarm.id}`, raised: alarm }]);
      }
    },
    desk: openAlarmDesk(lanes, () => MORNING + 1000),
    follow: (takeSnapshot: EvidencePorts['takeSnapshot'], more: Partial<EvidencePorts> = {}) =>
      takeEvidence({
        journal,
        queries: journal.queries,
        cursors: journal.cursors,
        addEvidence: house.desk.addEvidence,
        dataDir,
        takeSnapshot,
        clip: NO_CLIPS,
        log: pino({ level: 'warn' }, { write: (line) => logged.push(JSON.parse(line)) }),
        stop: stop.signal,
        now: () => MORNING + 1000,
        random: () => 0,
        ...more,
      }),
    evidenceOf: (alarm: Alarm) => journal.queries.alarm(alarm.id)?.evidence ?? [],
    files: () => readdir(join(dataDir, 'evidence', '20260601')).catch(() => []),
  };
  onFinished(async () => {
    stop.abort();
    await journal.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  return house;
}

export const settled = (follower: ReturnType<typeof takeEvidence>, ms = 20_000) =>
  expect.poll(() => follower.lag(), { timeout: ms }).toBe(0);
