import type { SystemProblem, SystemStatus } from './contract/system.ts';
import { ADVICE, type ProblemCode } from './system-advice.ts';

const GIB = 1024 ** 3;
/** Below these the journal may soon take nothing, and then no device gets an answer. */
const DISK_CRITICAL = { freeBytes: GIB, days: 2 };
const DISK_LOW = { freeBytes: 5 * GIB, days: 14 };
/** A follower this far behind serves people late, even while it goes. */
const LAG_ENTRIES = 10_000;
/** From this part of its bound on a queue holds back whoever fills it. */
const QUEUE_FULL = 0.8;
/** From this part of its quota on evidence will soon have to go before its time. */
const EVIDENCE_NEARLY_FULL = 0.8;

export type Seen = Omit<SystemStatus, 'at' | 'problems'>;
type Found = Readonly<{ code: ProblemCode; subject?: string; detail?: string }>;

/** What is wrong, worst first; nothing of it is asked here, all is read from what was seen. */
export function problemsOf(seen: Seen): SystemProblem[] {
  const found = [
    ...brokerProblems(seen),
    ...diskProblems(seen),
    ...evidenceProblems(seen),
    ...seen.parts.flatMap(({ name, ok, reason }): Found[] =>
      ok || name === 'mqtt' ? [] : [{ code: 'part-down', subject: name, ...detailOf(reason) }],
    ),
    ...queueProblems(seen),
    ...seen.linkages.off.map((word): Found => ({ code: 'linkage-off', subject: word })),
    ...seen.followers.flatMap(followerProblems),
    ...(seen.archive.ok ? [] : [{ code: 'archive-down' as const, ...detailOf(seen.archive.reason) }]),
    ...(seen.archive.refused > 0 ? [{ code: 'archive-refused' as const, detail: `${seen.archive.refused}` }] : []),
    ...(seen.deadLetters.count > 0 ? [{ code: 'dead-letters' as const, detail: `${seen.deadLetters.count}` }] : []),
  ];
  return found.map(({ code, ...more }) => ({ code, ...ADVICE[code], ...more })).sort((a, b) => a.severity - b.severity); // stable: those of one severity stay in the order of the path
}

const detailOf = (detail: string | undefined): { detail?: string } => (detail === undefined ? {} : { detail });

function brokerProblems({ broker }: Seen): Found[] {
  return broker.connected ? [] : [{ code: 'broker-down' }];
}

function diskProblems({ disk }: Seen): Found[] {
  if (disk === undefined) return [{ code: 'disk-unknown' }];
  const { freeBytes, daysLeft = Number.POSITIVE_INFINITY } = disk;
  const isBelow = (limit: typeof DISK_LOW) => freeBytes < limit.freeBytes || daysLeft < limit.days;
  const detail = `${(freeBytes / GIB).toFixed(1)} GiB`;
  if (isBelow(DISK_CRITICAL)) return [{ code: 'disk-critical', detail }];
  return isBelow(DISK_LOW) ? [{ code: 'disk-low', detail }] : [];
}

function evidenceProblems({ evidence: { bytes, maxBytes, removedForRoom } }: Seen): Found[] {
  const detail = `${(bytes / GIB).toFixed(1)} / ${(maxBytes / GIB).toFixed(1)} GiB`;
  if (removedForRoom > 0) return [{ code: 'evidence-full', detail: `${detail}, ${removedForRoom}` }];
  return bytes > maxBytes * EVIDENCE_NEARLY_FULL ? [{ code: 'evidence-nearly-full', detail }] : [];
}

const queueProblems = ({ queues }: Seen): Found[] =>
  queues.flatMap(({ name, waiting, max }) =>
    waiting < max * QUEUE_FULL ? [] : [{ code: 'queue-full', subject: name, detail: `${waiting} / ${max}` }],
  );

function followerProblems(follower: SystemStatus['followers'][number]): Found[] {
  const { name: subject, status, lag, lastError, setAside, missed } = follower;
  const found: Found[] = [];
  if (status === 'paused') found.push({ code: 'follower-paused', subject, ...detailOf(follower.pausedBy) });
  if (status === 'retrying') found.push({ code: 'follower-failing', subject, ...detailOf(lastError) });
  if (status === 'stopped') found.push({ code: 'follower-stopped', subject, ...detailOf(lastError) });
  if (status === 'following' && lag > LAG_ENTRIES) found.push({ code: 'follower-behind', subject, detail: `${lag}` });
  if (setAside.count > 0) found.push({ code: 'entries-set-aside', subject, detail: `${setAside.count}` });
  if (missed > 0) found.push({ code: 'entries-missed', subject, detail: `${missed}` });
  return found;
}
