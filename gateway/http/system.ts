import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../access/operator.ts';
import { failed, type Result } from '../domain/result.ts';
import type { KeepingReport } from '../followers/evidence/keeping.ts';
import type { FollowerState } from '../followers/follower.ts';
import type { KeptAside, Pause } from '../followers/supervision.ts';
import type { JournalQueries } from '../journal/journal.ts';
import { type FollowerStatus, SystemStatus } from './contract/system.ts';
import type { FollowerReport, HttpPorts, SystemPort } from './ports.ts';
import { Refused } from './problems.ts';
import { problemsOf } from './system-problems.ts';
import { toIso } from './wire.ts';

/** An archive that does not answer must not hold the page up. */
const ARCHIVE_WITHIN_MS = 2_000;
/** The newest dead letters that are counted, and how old they may be. */
const LETTERS_MAX = 1_000;
const LETTERS_WITHIN_MS = 86_400_000;
/** Counting reads each letter with its message: a page that is asked for every second must not do it every time. */
const LETTERS_EVERY_MS = 10_000;
/** Entries set aside that are shown of one follower. */
const ASIDE_SHOWN = 20;

const KeyTurned = z.object({ secrets: z.int().describe('secrets that lie under the new key now') });
const ByName = z.object({ name: z.string().regex(/^[a-z][a-z-]{0,31}$/, 'a follower’s name, such as archive') });

/** How the house stands, for those who keep it: what is wrong and what to do, and each follower (跟随任务) by name. */
export const system: FastifyPluginAsyncZod<HttpPorts> = async (http, ports) => {
  const { access, system: house, onboarding } = ports;
  const letters = countedAtTimes(ports);

  http.get(
    '/system',
    { schema: { response: { 200: SystemStatus } }, preHandler: access.require('system.read') },
    async () => {
      const seen = { ...(await look(ports)), deadLetters: letters() };
      return { at: toIso(ports.now()), problems: problemsOf(seen), ...seen };
    },
  );

  http.post(
    '/system/vault-key',
    { schema: { response: { 200: KeyTurned } }, preHandler: access.require('system.control') },
    async ({ operator }) => ({ secrets: await onboarding.turnKey(actorOf(operator)) }),
  );

  for (const act of ['pause', 'resume'] as const) {
    http.post(
      `/system/followers/:name/${act}`,
      { schema: { params: ByName, response: { 204: z.undefined() } }, preHandler: access.require('system.control') },
      async ({ params, operator }, reply) => {
        const names = house.followers().map(({ name }) => name);
        if (!names.includes(params.name)) {
          throw new Refused('not-found', { field: 'name', value: params.name, expected: names.join(', ') });
        }
        await house[act](params.name, actorOf(operator));
        return reply.code(204).send();
      },
    );
  }
};

const toRoom = ({ lastRoomAt, ...room }: KeepingReport) => ({
  ...room,
  lastRoomAt: lastRoomAt === undefined ? undefined : toIso(lastRoomAt),
});

async function look({ system: house, health, journal }: HttpPorts) {
  const [disk, archive] = await Promise.all([
    house.disk().catch(() => undefined), // told as a problem of its own
    archiveInTime(house.archive.check()),
  ]);
  return {
    parts: health.map(({ name, fault }) => ({ name, ok: fault() === undefined, reason: fault() })),
    journal: { head: journal.head() },
    queues: [...house.queues()],
    followers: house.followers().map((follower) => toFollower(house, follower)),
    linkages: { off: [...house.linkagesOff] },
    broker: house.broker(),
    archive: {
      ok: archive.ok,
      reason: archive.ok ? undefined : archive.error,
      refused: house.archive.refused(),
    },
    evidence: toRoom(house.evidence()),
    disk,
  };
}

async function archiveInTime(check: Promise<Result<void, string>>): Promise<Result<void, string>> {
  const answered = new AbortController();
  const late = sleep(ARCHIVE_WITHIN_MS, failed(`no answer within ${ARCHIVE_WITHIN_MS} ms`), {
    signal: answered.signal,
  }).catch(() => failed('not asked'));
  try {
    return await Promise.race([check, late]);
  } finally {
    answered.abort();
  }
}

function toFollower(house: SystemPort, { name, lag, state }: FollowerReport): FollowerStatus {
  const pause = house.pauseOf(name);
  const { count, latest } = house.setAsideOf(name, ASIDE_SHOWN);
  return { name, lag, ...toState(state), ...toPause(pause), setAside: { count, latest: latest.map(toAside) } };
}

const toState = ({ failingSince, ...state }: FollowerState) => ({
  ...state,
  failingSince: failingSince === undefined ? undefined : toIso(failingSince),
});
const toPause = (pause: Pause | undefined) =>
  pause === undefined ? {} : { pausedBy: pause.by, pausedAt: toIso(pause.at) };
const toAside = ({ seq, kind, reason, attempts, at }: KeptAside) => ({ seq, kind, reason, attempts, at: toIso(at) });

function countedAtTimes({ queries, now }: Pick<HttpPorts, 'queries' | 'now'>) {
  let counted: { at: number; letters: ReturnType<typeof countLetters> } | undefined;
  return () => {
    const at = now();
    if (counted === undefined || at - counted.at >= LETTERS_EVERY_MS) {
      counted = { at, letters: countLetters(queries, at - LETTERS_WITHIN_MS) };
    }
    return counted.letters;
  };
}

function countLetters(queries: Pick<JournalQueries, 'entriesOf'>, since: number) {
  const byReason: Record<string, number> = {};
  const letters = queries.entriesOf(['dead-letter'], undefined, LETTERS_MAX).filter(({ at }) => at >= since);
  for (const { entry } of letters) {
    if (entry.kind !== 'dead-letter') continue;
    const { reason } = entry.letter.fault;
    byReason[reason] = (byReason[reason] ?? 0) + 1;
  }
  return { since: toIso(since), count: letters.length, isMore: letters.length === LETTERS_MAX, byReason };
}
