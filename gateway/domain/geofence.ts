import { metresBetween, type Point } from './geo.ts';
import type { Geofence } from './railway-line.ts';

/** Where a collar (耕牛定位项圈) said that it was, in milliseconds since 1970. */
export type Fix = Point & Readonly<{ at: number; satellites?: number }>;

/** How near the track: 0 is away, 1 within the warning distance, 2 in the protected zone, 3 on the track. */
export type Nearness = 0 | 1 | 2 | 3;

/** What is known of one collar. `strays` are fixes that no animal could have reached, newest last. */
export type CollarState = Readonly<{ last: Fix | undefined; nearness: Nearness; strays: readonly Fix[] }>;
export const UNSEEN: CollarState = { last: undefined, nearness: 0, strays: [] };

/** Why a fix was not believed; counted under these names. */
export const FIX_REFUSALS = ['fix-old', 'fix-weak', 'fix-jump'] as const;
export type FixRefusal = (typeof FIX_REFUSALS)[number];

/** Faster than any cattle: a gallop is some 11 m/s. */
const FASTEST_MPS = 12;
/** What two fixes of a collar that stands still may lie apart. */
const JITTER_M = 30;
/** So many fixes near each other are believed against the one before: then it was that one which was wrong. */
const STRAYS_BELIEVED = 3;
/** Fewer satellites give no position in height and plane. */
const SATELLITES_MIN = 4;

export type FenceJudgement = Readonly<{ state: CollarState; refused?: FixRefusal }>;

/**
 * What a fix says of a collar. `distanceM` is how far it lies from the centre of the line, undefined for out of reach;
 * a nearer step begins at its distance, and ends only `hysteresisM` farther out, so that jitter moves nothing.
 */
export function judgeFix(
  state: CollarState,
  fix: Fix,
  distanceM: number | undefined,
  fence: Geofence | undefined,
): FenceJudgement {
  if (fix.satellites !== undefined && fix.satellites < SATELLITES_MIN) return { state, refused: 'fix-weak' };
  const { last } = state;
  if (last !== undefined && fix.at < last.at) return { state, refused: 'fix-old' };
  if (last !== undefined && isJump(last, fix)) {
    const strays = agreeing(state.strays, fix);
    if (strays.length < STRAYS_BELIEVED) return { state: { ...state, strays }, refused: 'fix-jump' };
  }
  return { state: { last: fix, nearness: nearnessAt(distanceM, fence, state.nearness), strays: [] } };
}

const isJump = (from: Fix, to: Fix): boolean =>
  metresBetween(from, to) > JITTER_M + (FASTEST_MPS * (to.at - from.at)) / 1000;

/** The strays with which this one agrees, and itself. */
const agreeing = (strays: readonly Fix[], fix: Fix): readonly Fix[] => {
  const before = strays.at(-1);
  return before === undefined || fix.at <= before.at || isJump(before, fix) ? [fix] : [...strays, fix];
};

function nearnessAt(distanceM: number | undefined, fence: Geofence | undefined, was: Nearness): Nearness {
  if (distanceM === undefined || fence === undefined) return 0;
  const steps = [
    { nearness: 3, withinM: fence.trackM },
    { nearness: 2, withinM: fence.dangerM },
    { nearness: 1, withinM: fence.warningM },
  ] as const;
  const reached = steps.find(
    ({ nearness, withinM }) => distanceM <= withinM + (was >= nearness ? fence.hysteresisM : 0),
  );
  return reached?.nearness ?? 0;
}
