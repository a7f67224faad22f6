import type { EvidenceHouse } from './evidence-house.ts';
import { type Archive, archiveEntries } from './followers/archive/archive.ts';
import type { Follower } from './followers/follower.ts';
import type { FollowerDesk } from './followers/supervision.ts';
import { traceEntries } from './followers/trace.ts';
import { keepValues, type Values } from './followers/values/values.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import type { LinkageHouse } from './linkage-house.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';
import type { OnStop, Surroundings } from './surroundings.ts';
import type { WorkOrderHouse } from './work-order-house.ts';

export type FollowerParts = Readonly<{
  around: Surroundings;
  onStop: OnStop;
  journal: SqliteJournal;
  followerDesk: FollowerDesk;
  registry: JournalledRegistry;
  evidence: EvidenceHouse;
  linkage: LinkageHouse;
  archive: Archive;
  values: Values;
  workOrders: WorkOrderHouse;
}>;

/** What follows the journal on its own, each from its cursor. */
export function startFollowers(parts: FollowerParts): Readonly<Record<string, Follower>> {
  const { around, journal } = parts;
  const stopping = new AbortController();
  const common = {
    ...around,
    journal,
    cursors: journal.cursors,
    supervision: parts.followerDesk,
    stop: stopping.signal,
  };
  const followers = {
    values: keepValues({ ...common, values: parts.values }),
    archive: archiveEntries({ ...common, archive: parts.archive, devices: parts.registry }),
    evidence: parts.evidence.follow(common),
    linkage: parts.linkage.follow(common),
    'work-orders': parts.workOrders.follow(common),
  };
  const tracing = traceEntries(common);
  parts.onStop(async () => {
    stopping.abort();
    await Promise.all([...Object.values(followers).map(({ done }) => done), tracing]);
  });
  return followers;
}
