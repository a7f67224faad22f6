import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a group of screens sees: a token's scope, narrowed by a wish. All of a group are let the same through. */
export type Group = Readonly<{
  /** Whose token: the city's, or a county's by its code. */
  account: string;
  regions?: readonly string[];
  types?: readonly string[];
  severities?: readonly number[];
  /** As the console asks: entries as arrays. The others get one event for each, as the contract has it. */
  gathered: boolean;
  screens: number;
}>;

export type Sensor = Readonly<{ id: string; region: string; type: string; severity: number }>;
export type City = Readonly<{ counties: readonly string[]; sensors: readonly Sensor[]; groups: readonly Group[] }>;

export const CITY = '360900000000';
const REGIONS = join(import.meta.dirname, '../config/catalogue/yichun/regions.csv');
const KINDS = [
  { type: 'railway.perimeter.intrusion', severity: 2 },
  { type: 'community.door.held', severity: 3 },
  { type: 'camera.motion', severity: 4 },
] as const;
/** Parts of the screens by their scope; the rest look at one township each. */
const PARTS = { city: 0.1, county: 0.5 };

/** Yichun with one sensor in each township, and so many screens of mixed scope. */
export function cityOf(screens: number): City {
  const rows = readFileSync(REGIONS, 'utf8')
    .trim()
    .split('\n')
    .map((row) => row.split(','));
  const codes = (level: string): string[] => rows.filter((row) => row[2] === level).map(([code = '']) => code);
  const [counties, townships] = [codes('county'), codes('township')];
  const sensors = townships.map((region, at) => ({
    id: `city-${at}`,
    region,
    ...(KINDS[at % KINDS.length] ?? KINDS[0]),
  }));
  return { counties, sensors, groups: groupsOf(screens, counties, townships) };
}

/** City and counties: half take all, a quarter one family of types, a quarter severities 1 and 2. */
function groupsOf(screens: number, counties: readonly string[], townships: readonly string[]): readonly Group[] {
  const narrowings = [{}, {}, { types: ['railway.'] }, { severities: [1, 2] }];
  const wide = [...split(screens * PARTS.city, [CITY]), ...split(screens * PARTS.county, counties)].flatMap(
    ({ account, share }) =>
      narrowings.map((narrowing, at) => ({ account, ...narrowing, gathered: at % 2 === 0, screens: share / 4 })),
  );
  const narrow = split(screens * (1 - PARTS.city - PARTS.county), townships).map(({ account, share }, at) => ({
    account: `${account.slice(0, 6)}000000`,
    regions: [account],
    gathered: at % 2 === 0,
    screens: share,
  }));
  return whole([...wide, ...narrow], screens);
}

const split = (screens: number, accounts: readonly string[]): { account: string; share: number }[] =>
  accounts.map((account) => ({ account, share: screens / accounts.length }));

/** Whole numbers of screens that add up. */
function whole(groups: readonly Group[], screens: number): readonly Group[] {
  let [wanted, given] = [0, 0];
  const rounded = groups.map((group) => {
    wanted += group.screens;
    const count = Math.round(wanted) - given;
    given += count;
    return { ...group, screens: count };
  });
  if (given !== screens) throw new Error(`${given} screens instead of ${screens}`);
  return rounded.filter((group) => group.screens > 0);
}

/** Whether a group's screens are to see what this sensor says; said anew here, so that the gateway is held to it. */
export function sees({ account, regions, types, severities }: Group, sensor: Omit<Sensor, 'id'>): boolean {
  const under = (code: string): boolean => sensor.region.startsWith(code.replace(/(0{8}|0{6}|0{3})$/, ''));
  return (
    under(account) &&
    (regions === undefined || regions.some(under)) &&
    (types === undefined || types.some((type) => sensor.type.startsWith(type))) &&
    (severities === undefined || severities.includes(sensor.severity))
  );
}
