import type { RegionCode, RegionLevel } from './region.ts';
import { regionLevel } from './region.ts';
import { failed, ok, type Result } from './result.ts';

/** How long a camera's head stays with whoever moved it last (云台锁定). */
export const HOLD_MS = 15_000;

/** Somebody who wants to steer: a seat, by its account, its sign-in, its centre and its role. */
export type PtzSeeker = Readonly<{
  username: string;
  /** What stands on screens for this seat: 席 A. */
  displayName: string | undefined;
  /** Hash of the sign-in's token. */
  session: string;
  role: string;
  centre: RegionCode;
}>;

/** Who steers a camera, and until when nobody of the same rank or below may. */
export type PtzHold = Readonly<{ holder: PtzSeeker; until: number }>;

/** The hold after `seeker` moved the camera at `now`; or the one that stands in the way. */
export function holdAfter(held: PtzHold | undefined, seeker: PtzSeeker, now: number): Result<PtzHold, PtzHold> {
  const mayTake =
    held === undefined || !isHeld(held, now) || isSameSeat(held.holder, seeker) || outranks(seeker, held.holder);
  return mayTake ? ok({ holder: seeker, until: now + HOLD_MS }) : failed(held);
}

export const isHeld = ({ until }: PtzHold, now: number): boolean => now < until;

/** One account is one seat, also at two screens. */
export const isSameSeat = (one: PtzSeeker, other: PtzSeeker): boolean => one.username === other.username;

/** Whether `seeker` takes the camera from `holder` within its hold; equals never do. */
export const outranks = (seeker: PtzSeeker, holder: PtzSeeker): boolean => rankOf(seeker) > rankOf(holder);

/** The wider the centre, the higher; within one level whoever dispatches goes before whoever operates. */
const LEVELS: readonly RegionLevel[] = ['village', 'township', 'county', 'city', 'province', 'country'];
const DISPATCHING: readonly string[] = ['dispatcher', 'administrator'];

export function rankOf({ centre, role }: Pick<PtzSeeker, 'centre' | 'role'>): number {
  return LEVELS.indexOf(regionLevel(centre)) * 2 + (DISPATCHING.includes(role) ? 1 : 0);
}
