import { ok } from '../../gateway/domain/result.ts';
import type { FollowerState } from '../../gateway/followers/follower.ts';
import type { FollowerDesk } from '../../gateway/followers/supervision.ts';
import type { SystemPort } from '../../gateway/http/ports.ts';

export const FOLLOWING: FollowerState = {
  status: 'following',
  cursor: 10,
  failures: 0,
  failingSince: undefined,
  lastError: undefined,
  missed: 0,
};

/** A house in which all is well, with the real desk of followers; a test says what is not. */
export const quietSystem = (desk: FollowerDesk, more: Partial<SystemPort> = {}): SystemPort => ({
  followers: () => ['archive', 'evidence'].map((name) => ({ name, lag: 0, state: FOLLOWING })),
  pauseOf: desk.pauseOf,
  setAsideOf: (follower, limit) => desk.keptOf(follower, limit),
  pause: (follower, by) => desk.pause(follower, by),
  resume: (follower, by) => desk.resume(follower, by),
  queues: () => [{ name: 'mqtt', waiting: 0, max: 2_000 }],
  broker: () => ({ url: 'mqtt://127.0.0.1:1883', connected: true, counts: { received: 0 } }),
  linkagesOff: [],
  evidence: () => ({ bytes: 0, maxBytes: 2 ** 30, lockedBytes: 0, removedForRoom: 0, lastRoomAt: undefined }),
  archive: { check: async () => ok(undefined), refused: () => 0 },
  disk: async () => ({ freeBytes: 2 ** 40, totalBytes: 2 ** 41, daysLeft: undefined }),
  ...more,
});
