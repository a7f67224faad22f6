import type { City, CityDevice, Compound, RailSpot, Role } from './devices.ts';
import { type Chance, chanceOf } from './random.ts';

/** Where what happens: no two causes share a place, so that what belongs to which is known. */
export type Stage = Readonly<{
  /** Some 40 km along one line, over which the thunderstorm goes. */
  storm: readonly RailSpot[];
  /** A stretch on which people are at work. */
  works: readonly RailSpot[];
  /** Places along the lines, at least 3 km from each other, from the storm and from the works. */
  spots: readonly RailSpot[];
  guarded: readonly Compound[];
  /** Nobody has armed these by day. */
  unguarded: readonly Compound[];
  /** Every device of a role in streets, homes and fields, in an order of chance. */
  scattered: (role: Role) => readonly CityDevice[];
  darkTownship: City['townships'][number];
}>;

const STORM_KM = 40;
const WORKS_KM = 6;
const APART = 3;

export function stageOf(city: City): Stage {
  const chance = chanceOf(city.seed, 'stage');
  const lines = [...Map.groupBy(city.rail, ({ line }) => line).values()];
  const [longest = [], other = longest] = lines.toSorted((a, b) => b.length - a.length);
  const storm = stretchOf(longest, STORM_KM, chance);
  const works = stretchOf(other, WORKS_KM, chance);
  const taken = [storm, works];
  const spots = lines
    .flatMap((line) => line.filter((_, at) => at % APART === 0))
    .filter((spot) => taken.every((stretch) => isAway(spot, stretch)));
  const compounds = chance.some(city.compounds, city.compounds.length);
  const dark = chance.pick(city.townships);
  return {
    storm,
    works,
    spots: chance.some(spots, spots.length),
    guarded: compounds.filter(({ isArmedAlways }) => isArmedAlways),
    unguarded: compounds.filter(({ isArmedAlways }) => !isArmedAlways),
    scattered: (role) => {
      const all = city.townships.filter(({ code }) => code !== dark.code).flatMap(({ of }) => of[role] ?? []);
      return chanceOf(city.seed, `scattered ${role}`).some(all, Math.min(all.length, 4_000));
    },
    darkTownship: dark,
  };
}

/** At most a third of the line, where it is short. */
function stretchOf(line: readonly RailSpot[], km: number, chance: Chance): readonly RailSpot[] {
  const [first, second] = line;
  const stepKm = first === undefined || second === undefined ? 1 : (second.kmValue - first.kmValue) / 1000;
  const count = Math.max(1, Math.min(Math.floor(km / stepKm), Math.floor(line.length / 3)));
  const from = chance.whole(0, line.length - count);
  return line.slice(from, from + count);
}

const isAway = (spot: RailSpot, stretch: readonly RailSpot[]): boolean =>
  stretch.every(({ line, kmValue }) => line !== spot.line || Math.abs(kmValue - spot.kmValue) >= APART * 1000);
