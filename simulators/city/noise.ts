import { animalsAt, isDay, peopleAt } from './day.ts';
import type { City, CityDevice, Compound } from './devices.ts';
import { chanceOf } from './random.ts';
import type { Script } from './saying.ts';
import type { Stage } from './stage.ts';

/** How long the story is and when it begins, in milliseconds; `size` is the city's, 1 for 50,000 devices. */
export type Hours = Readonly<{ startsAt: number; endMs: number; size: number }>;
type Noise = (script: Script, city: City, stage: Stage, hours: Hours) => void;

const MINUTE = 60_000;

/** What goes on every day and is nothing: each sort by its own chances. */
export const NOISE: Readonly<Record<string, Noise>> = { doors, people, streets, plants, contacts, animals, strangers };

/** Times at which something happens that comes so often a minute, one by one. */
function* times(perMinute: number, endMs: number, between: (low: number, high: number) => number): Generator<number> {
  if (perMinute <= 0) return;
  const mean = MINUTE / perMinute;
  for (let at = between(0, 2 * mean); at < endMs; at += between(0.2 * mean, 1.8 * mean)) yield at;
}

/** People go in and out: a grant, the door opens, it closes. One in some thousand is propped open. */
function doors(script: Script, city: City, _stage: Stage, { startsAt, endMs }: Hours): void {
  const { between } = chanceOf(city.seed, 'doors');
  const propped = new Set(propping(city));
  for (const { id } of city.compounds.flatMap(({ of }) => of.door ?? [])) {
    for (const at of times(0.9 * peopleAt(startsAt), endMs, between)) {
      script.access(at, id, 'granted');
      script.event(at + between(300, 1_500), id, 'community.door.forced', true);
      script.event(at + (propped.has(id) ? 120_000 : between(4_000, 20_000)), id, 'community.door.forced', false);
      if (propped.has(id)) break;
    }
  }
}

/** Doors that somebody props open for longer than they may: not planted, and yet each is an alarm. */
const propping = (city: City): readonly string[] => {
  const doors = city.compounds.flatMap(({ of }) => of.door ?? []);
  const { some } = chanceOf(city.seed, 'propped');
  return some(doors, Math.round(doors.length / 1_300)).map(({ id }) => id);
};

/** Residents walk past detectors; by day most compounds are not armed. */
function people(script: Script, city: City, { unguarded }: Stage, { startsAt, endMs }: Hours): void {
  if (!isDay(startsAt)) return; // by night those who live there know where the detectors are
  const { between } = chanceOf(city.seed, 'people');
  const detectors: readonly [keyof Compound['of'], string][] = [
    ['pir', 'community.intrusion'],
    ['beam', 'community.beam.broken'],
  ];
  for (const [role, type] of detectors)
    for (const { id } of unguarded.flatMap(({ of }) => of[role] ?? []))
      for (const at of times(2 * peopleAt(startsAt), endMs, between)) script.lasts(at, id, type, between(2_000, 9_000));
}

/** Street cameras that tell of every motion (it should be off): by day nobody wants to know. */
function streets(script: Script, city: City, stage: Stage, { startsAt, endMs, size }: Hours): void {
  const { between } = chanceOf(city.seed, 'streets');
  for (const { id } of stage.scattered('street-camera').slice(0, Math.round(2_500 * size)))
    for (const at of times(3 * peopleAt(startsAt), endMs, between))
      script.lasts(at, id, 'camera.motion', between(3_000, 9_000));
}

/** Leaves before beams and grass at fences of armed compounds: for a moment, again and again. */
function plants(script: Script, city: City, { guarded }: Stage, { endMs }: Hours): void {
  const { between } = chanceOf(city.seed, 'plants');
  for (const { of } of guarded.slice(Math.ceil(guarded.length / 3)))
    for (const { id } of of.beam ?? [])
      for (const at of times(4, endMs, between)) script.lasts(at, id, 'community.beam.broken', between(200, 1_500));
}

/** Contacts that bounce (抖动): a loose wire, water in a box. */
function contacts(script: Script, city: City, stage: Stage, { endMs, size }: Hours): void {
  const { between, some } = chanceOf(city.seed, 'contacts');
  const leaks = some(
    city.compounds.flatMap(({ of }) => of.leak ?? []),
    Math.round(180 * size),
  );
  // the last of the list: what really moves is taken from its beginning
  const holes = stage.scattered('manhole').slice(-Math.max(1, Math.round(6 * size)));
  const bounce = ({ id }: CityDevice, type: string): void => {
    const until = between(2 * MINUTE, endMs);
    let active = true;
    for (let at = between(0, MINUTE); at < until; at += between(200, 1_100)) {
      script.event(at, id, type, active);
      active = !active;
    }
    if (!active) script.event(until, id, type, false);
  };
  for (const leak of leaks) bounce(leak, 'community.water.leak');
  for (const hole of holes) bounce(hole, 'community.manhole.moved');
}

/** Animals touch a fence of the railway, one here and one there: no rule can know, each is an alarm. */
function animals(script: Script, city: City, { spots }: Stage, { startsAt, endMs, size }: Hours): void {
  const { between } = chanceOf(city.seed, 'animals');
  const count = Math.round((3 + 12 * animalsAt(startsAt)) * size);
  for (const { fences } of spots.slice(-count)) {
    const [fence] = fences;
    if (fence !== undefined)
      script.lasts(between(0, endMs - MINUTE), fence.id, 'railway.perimeter.intrusion', 3_000, 1_000);
  }
}

/** Devices whose firmware sends what nobody can read. */
function strangers(script: Script, city: City, stage: Stage, { endMs, size }: Hours): void {
  const { between } = chanceOf(city.seed, 'strangers');
  for (const { id } of stage.scattered('water-level').slice(0, Math.max(1, Math.round(20 * size))))
    for (const at of times(6, endMs, between))
      script.add({ atMs: at, device: id, kind: 'garbage', body: `AT+CGATT? ${Math.round(at)}` });
}
