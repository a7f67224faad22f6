import type { Scenario } from '../scenario.ts';
import { cattleNearTrack } from './cattle-near-track.ts';
import { doorForced } from './door-forced.ts';
import { fenceIntrusion } from './fence-intrusion.ts';
import { lineCrossed } from './line-crossed.ts';

/** The demo's stories in the order in which they are played. */
export const SCENARIOS: readonly Scenario[] = [fenceIntrusion, doorForced, lineCrossed, cattleNearTrack];
