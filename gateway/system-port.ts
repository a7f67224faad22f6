import type { MqttAdapter } from '../adapters/mqtt/mqtt.ts';
import { WINDOW_MAX } from '../adapters/mqtt/window.ts';
import type { DiskWatch } from './disk-watch.ts';
import type { Archive } from './followers/archive/archive.ts';
import type { EvidenceKeeping } from './followers/evidence/keeping.ts';
import type { Follower } from './followers/follower.ts';
import type { FollowerDesk } from './followers/supervision.ts';
import type { SystemPort } from './http/ports.ts';
import type { SqliteJournal } from './journal/sqlite.ts';
import type { JournalledRegistry } from './registry/journalled-registry.ts';

export type SystemParts = Readonly<{
  journal: Pick<SqliteJournal, 'queue'>;
  followers: Readonly<Record<string, Follower>>;
  followerDesk: FollowerDesk;
  /** Undefined until devices are let in. */
  mqtt: () => MqttAdapter | undefined;
  archive: Archive;
  keeping: EvidenceKeeping;
  linkagesOff: readonly string[];
  disk: DiskWatch;
}>;

/** The parts of the house as the page of its state asks for them. */
export const systemPort = ({
  journal,
  followers,
  followerDesk,
  mqtt,
  archive,
  keeping,
  linkagesOff,
  disk,
}: SystemParts): SystemPort => ({
  followers: () => Object.entries(followers).map(([name, { lag, state }]) => ({ name, lag: lag(), state: state() })),
  pauseOf: followerDesk.pauseOf,
  setAsideOf: (follower, limit) => followerDesk.keptOf(follower, limit),
  pause: (follower, by) => followerDesk.pause(follower, by),
  resume: (follower, by) => followerDesk.resume(follower, by),
  queues: () => [
    { name: 'journal', ...journal.queue() },
    { name: 'mqtt', waiting: mqtt()?.stats().waiting ?? 0, max: WINDOW_MAX },
  ],
  broker: () => ({
    url: withoutSecrets(mqtt()?.url ?? ''),
    connected: mqtt()?.isConnected() ?? false,
    counts: { ...mqtt()?.stats() },
  }),
  archive,
  linkagesOff,
  evidence: keeping.report,
  disk: () => disk.report(),
});

const withoutSecrets = (url: string): string => url.replace(/\/\/[^@/]*@/, '//');

/** Devices by what is known of them; asked at each scrape, so nothing is built on the way. */
export function countPresence(registry: Pick<JournalledRegistry, 'list' | 'presences'>): Record<string, number> {
  const counts = { online: 0, offline: 0, unknown: 0 };
  registry.list(undefined, 1, ({ id }) => {
    const isOnline = registry.presences.isOnline(id);
    counts[isOnline === undefined ? 'unknown' : isOnline ? 'online' : 'offline']++;
    return false;
  });
  return counts;
}
