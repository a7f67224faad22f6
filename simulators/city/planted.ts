import type { CityDevice, Compound, RailSpot, Role } from './devices.ts';
import { type Chance, chanceOf } from './random.ts';
import type { Script } from './saying.ts';
import type { Stage } from './stage.ts';

/** Something that really happens. People must see an alarm of one of these types from one of these devices. */
export type Planted = Readonly<{
  id: string;
  kind: string;
  fromMs: number;
  devices: readonly string[];
  types: readonly string[];
}>;

type Told = Readonly<{ devices: readonly CityDevice[]; types: readonly string[] }>;
type Teller<Where> = (script: Script, at: number, where: Where, chance: Chance) => Told;

/** Of 200; another number has them in proportion. */
const SHARES = {
  'rail-intrusion': 42,
  'rail-climb': 8,
  'track-in-storm': 4,
  'cattle-on-track': 4,
  rockfall: 4,
  'foreign-object': 4,
  'patrol-sos': 4,
  'compound-fire': 16,
  'compound-intrusion': 18,
  'door-forced': 12,
  panic: 16,
  gas: 12,
  'lift-trapped': 14,
  'falling-object': 10,
  duress: 4,
  'home-fire': 18,
  manhole: 10,
} as const;
const MINUTE = 60_000;

/** Lasts until long after the story's end, as most of what is real does. */
const STAYS_MS = 20 * MINUTE;

const RAIL: Readonly<Record<string, Teller<RailSpot>>> = {
  'rail-intrusion': (script, at, { fences: [fence], camera }, chance) => {
    if (fence === undefined) throw new Error('a spot without a fence');
    const type = 'railway.perimeter.intrusion';
    script.lasts(at, fence.id, type, chance.between(30_000, 120_000), 5_000);
    script.lasts(at + chance.between(2_000, 15_000), camera.id, type, 60_000, 2_000);
    return { devices: [fence, camera], types: [type] };
  },
  'rail-climb': (script, at, { fences: [fence] }) => pulses(script, at, fence, 'railway.perimeter.climb'),
  rockfall: (script, at, { camera }) => lasting(script, at, camera, 'railway.rockfall'),
  'foreign-object': (script, at, { camera }) => lasting(script, at, camera, 'railway.foreign-object'),
  'patrol-sos': (script, at, { fences: [host] }) => pulses(script, at, host, 'railway.patrol.sos'),
  'cattle-on-track': (script, at, { camera, fences: [fence] }, chance) => {
    if (fence === undefined) throw new Error('a spot without a fence');
    // what the host beside the line says of the collars that it hears: nearer and nearer
    for (const [step, word] of ['warning', 'danger', 'on-track'].entries())
      script.lasts(at + step * chance.between(20_000, 40_000), fence.id, `railway.cattle.${word}`, 3 * MINUTE, 10_000);
    return { devices: [fence, camera], types: ['railway.cattle.on-track'] };
  },
};

/** Somebody is on the track in the middle of the thunderstorm, when all fences speak at once. */
const trackInStorm: Teller<RailSpot> = (script, at, { camera }) =>
  lasting(script, at, camera, 'railway.track.intrusion');

const COMPOUND: Readonly<Record<string, Teller<Compound>>> = {
  'compound-fire': (script, at, { of }, chance) => {
    const smokes = chance.some(of.smoke ?? [], chance.whole(1, 5));
    for (const [index, { id }] of smokes.entries())
      script.lasts(at + index * chance.between(2_000, 12_000), id, 'community.fire.smoke', STAYS_MS, 10_000);
    const [panel] = of.panel ?? [];
    if (panel !== undefined) script.lasts(at + 6_000, panel.id, 'community.fire.panel', STAYS_MS, 30_000);
    for (const { id } of (of.door ?? []).slice(0, 3))
      script.lasts(at + 8_000, id, 'community.door.fire-released', STAYS_MS, 60_000);
    return { devices: [...smokes, ...(of.panel ?? [])], types: ['community.fire.smoke', 'community.fire.panel'] };
  },
  'compound-intrusion': (script, at, { of }, chance) => {
    const fence = chance.pick(of.fence ?? []);
    script.lasts(at, fence.id, 'community.fence.intrusion', chance.between(8_000, 20_000), 1_000);
    script.lasts(at + 3_000, chance.pick(of.beam ?? []).id, 'community.beam.broken', 8_000);
    script.lasts(at + 5_000, chance.pick(of['yard-camera'] ?? []).id, 'camera.area.intrusion', 40_000, 2_000);
    return { devices: [fence], types: ['community.fence.intrusion'] };
  },
  'door-forced': (script, at, { of }, chance) =>
    lasting(script, at, chance.pick(of.door ?? []), 'community.door.forced'),
  panic: (script, at, { of }, chance) => pulses(script, at, chance.pick(of.panic ?? []), 'community.panic'),
  gas: (script, at, { of }, chance) => lasting(script, at, chance.pick(of.gas ?? []), 'community.gas.leak'),
  'lift-trapped': (script, at, { of }, chance) =>
    lasting(script, at, chance.pick(of.lift ?? []), 'community.lift.trapped'),
  'falling-object': (script, at, { of }, chance) =>
    pulses(script, at, chance.pick(of['yard-camera'] ?? []), 'community.falling-object'),
  duress: (script, at, { of }, chance) => pulses(script, at, chance.pick(of.door ?? []), 'community.door.duress'),
};

const SCATTERED: Readonly<Record<string, Readonly<{ role: Role; type: string }>>> = {
  'home-fire': { role: 'home-smoke', type: 'community.fire.smoke' },
  manhole: { role: 'manhole', type: 'community.manhole.moved' },
};

function lasting(script: Script, at: number, device: CityDevice, type: string): Told {
  script.lasts(at, device.id, type, STAYS_MS, 15_000);
  return { devices: [device], types: [type] };
}

/** People press three times, and what falls falls once: told until somebody has heard it. */
function pulses(script: Script, at: number, device: CityDevice | undefined, type: string): Told {
  if (device === undefined) throw new Error(`nobody is there to say ${type}`);
  for (let turn = 0; turn < 3; turn += 1) script.event(at + turn * 2_500, device.id, type);
  return { devices: [device], types: [type] };
}

/**
 * Plants so many incidents between the story's first and last minute, each at a place of its own. What has no place
 * left, in a small city, is not planted.
 */
export function plant(script: Script, stage: Stage, seed: number, count: number): readonly Planted[] {
  const chance = chanceOf(seed, 'planted');
  const places = new Places(stage);
  const planted: Planted[] = [];
  for (const kind of kindsOf(count)) {
    const at = chance.between(MINUTE / 2, script.endMs - MINUTE);
    const told = tell(kind, script, at, places, chance);
    if (told === undefined) continue;
    const devices = told.devices.map(({ id }) => id);
    planted.push({ id: `planted-${planted.length + 1}`, kind, fromMs: at, devices, types: told.types });
  }
  return planted;
}

function tell(kind: string, script: Script, at: number, places: Places, chance: Chance): Told | undefined {
  const [rail, compound, scattered] = [RAIL[kind], COMPOUND[kind], SCATTERED[kind]];
  if (kind === 'track-in-storm') {
    const where = places.storm.shift();
    return where === undefined ? undefined : trackInStorm(script, at, where, chance);
  }
  if (rail !== undefined) {
    const where = places.rail.shift();
    return where === undefined ? undefined : rail(script, at, where, chance);
  }
  if (compound !== undefined) {
    const where = places.compounds.shift();
    return where === undefined ? undefined : compound(script, at, where, chance);
  }
  const where = scattered === undefined ? undefined : places.scattered(scattered.role).shift();
  return where === undefined || scattered === undefined ? undefined : lasting(script, at, where, scattered.type);
}

/** Each place is given to one incident. Those that need a guarded compound, and those that do not, share the guarded. */
class Places {
  readonly rail: RailSpot[];
  readonly storm: RailSpot[];
  readonly compounds: Compound[];
  readonly #stage: Stage;
  readonly #scattered = new Map<Role, CityDevice[]>();

  constructor(stage: Stage) {
    this.#stage = stage;
    this.rail = [...stage.spots];
    this.storm = stage.storm.filter((_, at) => at % 8 === 4);
    // guarded ones first: intrusions come early in the list of kinds; fire and help are heard everywhere
    this.compounds = [...stage.guarded, ...stage.unguarded];
  }

  scattered(role: Role): CityDevice[] {
    const known = this.#scattered.get(role) ?? [...this.#stage.scattered(role)];
    this.#scattered.set(role, known);
    return known;
  }
}

/** Intrusions first, while there are guarded compounds. */
function kindsOf(count: number): readonly string[] {
  const first = ['compound-intrusion', 'door-forced'];
  const kinds = Object.entries(SHARES).toSorted(([a], [b]) => Number(first.includes(b)) - Number(first.includes(a)));
  const total = Object.values(SHARES).reduce((sum, share) => sum + share, 0);
  const all = kinds.flatMap(([kind, share]) => Array.from({ length: Math.ceil((share * count) / total) }, () => kind));
  return all.slice(0, count);
}
