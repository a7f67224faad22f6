import { postOf, type Township, townships, tracks } from './ground.ts';
import { type Chance, chanceOf } from './random.ts';

/** A record as the registry takes it. */
export type CityDevice = Readonly<{
  id: string;
  kind: 'camera' | 'access' | 'railway' | 'sensor' | 'gateway' | 'recorder';
  profile: string;
  name: string;
  region: string;
  place: Readonly<{ name?: string; lng?: number; lat?: number; line?: string; km?: string; kmValue?: number }>;
  compound?: string;
  parent?: string;
  tags?: readonly string[];
  enabled: boolean;
}>;

/** What a device is, beyond its record: by it stories find who plays in them. */
export type Role = keyof typeof IN_A_COMPOUND | keyof typeof IN_A_TOWNSHIP | 'rail-fence' | 'rail-camera';

export type Compound = Readonly<{ name: string; region: string; isArmedAlways: boolean; of: Members }>;
export type Members = Readonly<Partial<Record<Role, readonly CityDevice[]>>>;
export type RailSpot = Readonly<{ line: string; kmValue: number; fences: readonly CityDevice[]; camera: CityDevice }>;
export type City = Readonly<{
  seed: number;
  devices: readonly CityDevice[];
  compounds: readonly Compound[];
  /** By township code. */
  townships: readonly Readonly<{ code: string; of: Members }>[];
  /** In the order of each line's posts, one to a kilometre. */
  rail: readonly RailSpot[];
}>;

/** Devices of one compound (小区): some 60. */
const IN_A_COMPOUND = {
  fence: 4,
  beam: 4,
  pir: 3,
  door: 8,
  'yard-camera': 12,
  smoke: 18,
  panel: 1,
  panic: 2,
  gas: 3,
  lift: 3,
  leak: 2,
} as const;
/** Of so many devices in streets, homes and fields, each has its share. */
const IN_A_TOWNSHIP = {
  'street-camera': 0.42,
  'home-smoke': 0.26,
  manhole: 0.14,
  'water-level': 0.1,
  collar: 0.08,
} as const;
/** Of all devices, those that stand in compounds; fences beside the lines are as many as the lines are long. */
const COMPOUND_SHARE = 0.6;
const ARMED_ALWAYS_SHARE = 0.2;
const KINDS: Readonly<Record<Role, CityDevice['kind']>> = {
  fence: 'sensor',
  beam: 'sensor',
  pir: 'sensor',
  door: 'access',
  'yard-camera': 'camera',
  smoke: 'sensor',
  panel: 'sensor',
  panic: 'sensor',
  gas: 'sensor',
  lift: 'sensor',
  leak: 'sensor',
  'street-camera': 'camera',
  'home-smoke': 'sensor',
  manhole: 'sensor',
  'water-level': 'sensor',
  collar: 'sensor',
  'rail-fence': 'railway',
  'rail-camera': 'camera',
};

/** Yichun with about so many devices, in its real townships and villages and along its lines. */
export function cityOf(seed: number, scale: number): City {
  const chance = chanceOf(seed, 'devices');
  const places = townships();
  const rail = railOf(places, Math.max(1, Math.ceil(1_000 / scale)), scale >= 10_000 ? 4 : 1);
  const perCompound = Object.values(IN_A_COMPOUND).reduce((sum, count) => sum + count, 0);
  const compounds = Array.from({ length: Math.max(5, Math.round((scale * COMPOUND_SHARE) / perCompound)) }, (_, at) =>
    compoundOf(at, chance.pick(places), chance),
  );
  const railDevices = rail.flatMap(({ fences, camera }) => [...fences, camera]);
  const inCompounds = compounds.flatMap(({ of }) => allOf(of));
  const left = Math.max(places.length, scale - inCompounds.length - railDevices.length);
  const wide = places.map((place, at) => ({
    code: place.code,
    of: townshipOf(place, share(left, places.length, at), chance),
  }));
  const devices = [...railDevices, ...inCompounds, ...wide.flatMap(({ of }) => allOf(of))];
  return { seed, devices, compounds, townships: wide, rail };
}

export const allOf = (members: Members): readonly CityDevice[] => Object.values(members).flat();

/** Whole numbers that add up to the total. */
const share = (total: number, parts: number, at: number): number =>
  Math.floor((total * (at + 1)) / parts) - Math.floor((total * at) / parts);

function deviceOf(
  role: Role,
  id: string,
  more: Pick<CityDevice, 'region' | 'place'> & Partial<CityDevice>,
): CityDevice {
  const kind = KINDS[role];
  const profile = kind === 'camera' ? 'onvif' : kind === 'access' ? 'access-controller' : 'fengsui';
  return { id, kind, profile, name: `${role} ${id}`, enabled: true, ...more };
}

/** A fence host each quarter of a kilometre where the city is large, and a camera at each kilometre. */
function railOf(places: readonly Township[], stepKm: number, fencesPerKm: number): readonly RailSpot[] {
  return tracks().flatMap(({ line, fromKm, toKm }, lineAt) => {
    const spots = Math.floor((toKm - fromKm) / 1000 / stepKm);
    return Array.from({ length: spots }, (_, at): RailSpot => {
      const kmValue = fromKm + at * stepKm * 1000;
      const region = places[(at * 7 + lineAt * 31) % places.length]?.code ?? '';
      const placed = (metres: number) => ({ line, kmValue: metres, km: postOf(metres) });
      const fences = Array.from({ length: fencesPerKm }, (_one, index) => {
        const metres = kmValue + Math.round((index * 1000) / fencesPerKm);
        return deviceOf('rail-fence', `rf-${lineAt}-${metres}`, { region, place: placed(metres) });
      });
      const camera = { region, place: placed(kmValue + 100), tags: ['railway'] };
      return { line, kmValue, fences, camera: deviceOf('rail-camera', `rc-${lineAt}-${kmValue}`, camera) };
    });
  });
}

function compoundOf(at: number, { code, villages }: Township, chance: Chance): Compound {
  const name = `compound-${at}`;
  const region = villages.length === 0 ? code : chance.pick(villages);
  const [lng, lat] = [chance.between(113.95, 116.4), chance.between(27.6, 28.9)];
  const of = Object.fromEntries(
    Object.entries(IN_A_COMPOUND).map(([role, count]) => [
      role,
      Array.from({ length: count }, (_, index) =>
        deviceOf(role as keyof typeof IN_A_COMPOUND, `${name}-${role}-${index}`, {
          region,
          compound: name,
          // some 150 m across
          place: { name, lng: lng + chance.between(-0.0007, 0.0007), lat: lat + chance.between(-0.0007, 0.0007) },
        }),
      ),
    ]),
  );
  return { name, region, isArmedAlways: chance.between(0, 1) < ARMED_ALWAYS_SHARE, of };
}

function townshipOf({ code, villages }: Township, count: number, chance: Chance): Members {
  const [lng, lat] = [chance.between(113.95, 116.4), chance.between(27.6, 28.9)];
  return Object.fromEntries(
    Object.entries(IN_A_TOWNSHIP).map(([role, part]) => [
      role,
      Array.from({ length: Math.max(1, Math.round(count * part)) }, (_, index) =>
        deviceOf(role as keyof typeof IN_A_TOWNSHIP, `t${code.slice(4, 9)}-${role}-${index}`, {
          region: villages.length === 0 ? code : chance.pick(villages),
          place: { lng: lng + chance.between(-0.05, 0.05), lat: lat + chance.between(-0.05, 0.05) },
          ...(role === 'collar' ? { tags: ['collar'] } : {}),
        }),
      ),
    ]),
  );
}
