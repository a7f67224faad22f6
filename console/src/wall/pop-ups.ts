import type { Alarm } from '../../../gateway/http/contract/alarms.ts';
import type { Wall } from '../../../gateway/http/contract/video.ts';
import { cornerTiles } from './tiling.ts';

/** An alarm whose picture stands on the wall: where, and since when. */
export type Up = Readonly<{ alarm: string; camera: string; tile: number | 'corner'; since: number }>;
export type Stage = Readonly<{ ups: readonly Up[]; openedAt: number; waiting: number }>;
export const EMPTY_STAGE: Stage = { ups: [], openedAt: Number.NEGATIVE_INFINITY, waiting: 0 };

/** Of a wall that nobody has said anything about: red and orange, in the corner. */
export const DEFAULT_POP_UPS: NonNullable<Wall['popUps']> = { severity: 2, place: 'corner' };
/** A picture that came up stays so long at least, whatever becomes of its alarm. */
export const STAYS_MS = 20_000;
/** A room cannot take in more than one new window in this time; red is not made to wait. */
export const APART_MS = 5_000;

type Wanted = Readonly<{ alarm: string; camera: string; rank: number }>;
type Plan = Pick<Wall, 'layout' | 'tiles' | 'popUps' | 'called' | 'dismissed'>;

/**
 * What stands on the wall next. An unaccepted alarm of the chosen severity brings its picture up; one that somebody
 * called (上墙) comes before all, and stays until it is taken down. What waits is counted.
 */
export function nextStage(was: Stage, wall: Plan, alarms: readonly Alarm[], now: number): Stage {
  const wanted = wantedOf(wall, alarms);
  const byId = new Map(wanted.map((one) => [one.alarm, one]));
  const dismissed = new Set(wall.dismissed);
  const { place } = wall.popUps ?? DEFAULT_POP_UPS;
  const staying = was.ups.filter(
    ({ alarm, tile, since }) =>
      !dismissed.has(alarm) && fits(tile, place, wall) && (byId.has(alarm) || now - since < STAYS_MS),
  );
  const stage = place === 'corner' ? inCorner(staying, wanted, was, now) : inTiles(staying, wanted, was, now, wall);
  const isUp = new Set(stage.ups.map(({ alarm }) => alarm));
  return { ...stage, waiting: wanted.filter(({ alarm }) => !isUp.has(alarm)).length };
}

const fits = (tile: Up['tile'], place: 'corner' | 'free', { layout }: Plan): boolean =>
  place === 'corner' ? tile === 'corner' : tile !== 'corner' && tile < layout;

/** Gravest and oldest first; what was called by hand before them, the latest first. */
function wantedOf({ popUps, called = [], dismissed = [] }: Plan, alarms: readonly Alarm[]): readonly Wanted[] {
  const gone = new Set(dismissed);
  const byHand = called.map(({ alarm, camera }, index) => ({ alarm, camera, rank: -1 - index }));
  const limit = (popUps ?? DEFAULT_POP_UPS).severity;
  const byThemselves = [...alarms]
    .filter(({ state, severity }) => state === 'new' && severity <= limit)
    .sort((a, b) => a.severity - b.severity || a.occurredAt.localeCompare(b.occurredAt))
    .flatMap(({ id, severity, cameras: [camera] }) =>
      camera === undefined ? [] : [{ alarm: id, camera, rank: severity }],
    );
  const found = new Map<string, Wanted>();
  for (const one of [...byHand.reverse(), ...byThemselves]) {
    if (!gone.has(one.alarm) && !found.has(one.alarm)) found.set(one.alarm, one);
  }
  return [...found.values()];
}

type Rest = Omit<Stage, 'waiting'>;
const isUrgent = ({ rank }: Wanted): boolean => rank <= 1;
const mayOpen = (next: Wanted, openedAt: number, now: number): boolean => isUrgent(next) || now - openedAt >= APART_MS;

/** One window. Red and what was called take it at once; others when its time is over, each in its turn. */
function inCorner(staying: readonly Up[], wanted: readonly Wanted[], was: Rest, now: number): Rest {
  const [up] = staying;
  const present = wanted.find(({ alarm }) => alarm === up?.alarm);
  const next = nextFor(present, wanted);
  const isOver = up === undefined || now - up.since >= STAYS_MS;
  const isDisplaced = next !== undefined && isUrgent(next) && next.rank < (present?.rank ?? Number.POSITIVE_INFINITY);
  if (next === undefined || next.alarm === up?.alarm || !(isOver || isDisplaced) || !mayOpen(next, was.openedAt, now))
    return { ups: up === undefined ? [] : [up], openedAt: was.openedAt };
  return { ups: [{ alarm: next.alarm, camera: next.camera, tile: 'corner', since: now }], openedAt: now };
}

/** The gravest of those that wait; among equals below red the one after the present one, so that each is seen. */
function nextFor(present: Wanted | undefined, wanted: readonly Wanted[]): Wanted | undefined {
  const [gravest] = wanted;
  if (present === undefined || gravest === undefined || gravest.rank < present.rank || isUrgent(present))
    return gravest;
  const equals = wanted.filter(({ rank }) => rank === present.rank);
  return equals[(equals.indexOf(present) + 1) % equals.length];
}

/** Each alarm a tile of its own, as long as there are tiles; then the one that has stood longest gives way. */
function inTiles(staying: readonly Up[], wanted: readonly Wanted[], was: Rest, now: number, wall: Plan): Rest {
  const ups = [...staying];
  let { openedAt } = was;
  for (const next of wanted) {
    if (ups.some(({ alarm }) => alarm === next.alarm) || !mayOpen(next, openedAt, now)) continue;
    const tile = freeTile(wall, ups, next.camera) ?? giveWay(ups, wanted, next, now);
    if (tile === undefined) continue;
    ups.push({ alarm: next.alarm, camera: next.camera, tile, since: now });
    openedAt = now;
  }
  return { ups, openedAt };
}

/** Where the camera is shown already; else an empty tile, then the last one that shows no alarm. */
function freeTile({ layout, tiles }: Plan, ups: readonly Up[], camera: string): number | undefined {
  const taken = new Set(ups.map(({ tile }) => tile));
  const free = Array.from({ length: layout }, (_, index) => index).filter((index) => !taken.has(index));
  const shown = free.find((index) => tiles[index] === camera);
  return shown ?? free.find((index) => (tiles[index] ?? null) === null) ?? free[free.length - 1];
}

function giveWay(ups: Up[], wanted: readonly Wanted[], next: Wanted, now: number): number | undefined {
  const rankOf = ({ alarm }: Up): number => wanted.find((one) => one.alarm === alarm)?.rank ?? Number.POSITIVE_INFINITY;
  const may = ups.filter((up) => rankOf(up) >= next.rank && (now - up.since >= STAYS_MS || rankOf(up) > next.rank));
  const oldest = may.reduce<Up | undefined>(
    (found, up) => (found === undefined || up.since < found.since ? up : found),
    undefined,
  );
  if (oldest === undefined || oldest.tile === 'corner') return undefined;
  ups.splice(ups.indexOf(oldest), 1);
  return oldest.tile;
}

/** The tiles that lie under the corner's window, and whose pictures nobody can see. */
export const coveredTiles = ({ layout }: Pick<Wall, 'layout'>, { ups }: Pick<Stage, 'ups'>): ReadonlySet<number> =>
  new Set(ups.some(({ tile }) => tile === 'corner') ? cornerTiles(layout) : []);
