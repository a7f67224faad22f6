import { allOf, type City, cityOf } from './devices.ts';
import { type Hours, NOISE } from './noise.ts';
import { type Planted, plant } from './planted.ts';
import { chanceOf } from './random.ts';
import { type Saying, Script } from './saying.ts';
import { stageOf } from './stage.ts';
import { TROUBLES } from './troubles.ts';

export type StoryOptions = Readonly<{
  seed: number;
  /** About how many devices the city has. */
  scale: number;
  /** Milliseconds since 1970 at which it begins; doors, people and animals keep the hours of the day. */
  startsAt: number;
  forMs: number;
  /** So many signals in all: what the stories leave is signs of life and states told again, else as many as them. */
  signals?: number;
  incidents: number;
}>;

/** What a site would have set for this day: from the generator, for whoever plays the gateway's part. */
export type Site = Readonly<{
  disarmedByDay: readonly string[];
  works: Readonly<{ line: string; fromKm: number; toKm: number }>;
}>;

export type Story = Readonly<{
  city: City;
  planted: readonly Planted[];
  site: Site;
  /** What is said in each second, in order; to be read once. */
  seconds: () => Generator<readonly Saying[]>;
}>;

/** Where 1 is the city of which the rates are told. */
export const WHOLE_CITY = 50_000;
/** One message in so many is delivered again by its broker. */
const AGAIN_EACH = 100;
const AGAIN_AFTER_MS = 2_000;

/** Some time of the whole city of Yichun: pure, the same for the same options. Throws where its stories alone are more. */
export function storyOf({ seed, scale, startsAt, forMs, incidents, ...options }: StoryOptions): Story {
  const city = cityOf(seed, scale);
  const stage = stageOf(city);
  const script = new Script(forMs);
  const hours: Hours = { startsAt, endMs: forMs, size: scale / WHOLE_CITY };
  const planted = plant(script, stage, seed, incidents);
  for (const happens of [...Object.values(NOISE), ...Object.values(TROUBLES)]) happens(script, city, stage, hours);
  const signals = options.signals ?? script.count * 2;
  const rest = Math.floor((signals * AGAIN_EACH) / (AGAIN_EACH + 1)) - script.count;
  if (rest < 0) throw new Error(`${signals} signals are fewer than the ${script.count} of the stories`);
  const posts = stage.works.map(({ kmValue }) => kmValue);
  return {
    city,
    planted,
    site: {
      disarmedByDay: stage.unguarded.map(({ name }) => name),
      works: { line: stage.works[0]?.line ?? '', fromKm: Math.min(...posts), toKm: Math.max(...posts) + 1_000 },
    },
    seconds: () => told(script, city, signals, new Set(allOf(stage.darkTownship.of).map(({ id }) => id))),
  };
}

/** The script's words with signs of life between them, and each so many delivered again. `silent`: without power. */
function* told(script: Script, city: City, signals: number, silent: ReadonlySet<string>): Generator<readonly Saying[]> {
  const seconds = Math.ceil(script.endMs / 1000);
  const chance = chanceOf(city.seed, 'signs of life');
  const alive = city.devices.filter(({ id }) => !silent.has(id));
  const order = chance.some(alive, alive.length);
  const again: Saying[][] = Array.from({ length: seconds }, () => []);
  const repeats = (script.count > 0 ? signals : 0) - Math.floor((signals * AGAIN_EACH) / (AGAIN_EACH + 1));
  const signs = signals - script.count - repeats;
  let [said, turned, repeated] = [0, 0, 0];
  for (let second = 0; second < seconds; second += 1) {
    const words: Saying[] = [...script.take(second)];
    for (const due = Math.floor((signs * (second + 1)) / seconds); turned < due; turned += 1) {
      const device = order[turned % order.length];
      if (device !== undefined) words.push(signOfLife(device.id, turned, second * 1000 + chance.between(0, 1000)));
    }
    for (const saying of words) {
      said += 1;
      if (said % AGAIN_EACH > 0 || repeated >= repeats) continue;
      repeated += 1;
      const later = Math.min(seconds - 1, Math.floor((saying.atMs + AGAIN_AFTER_MS) / 1000));
      again[later]?.push({ ...saying, atMs: Math.min(script.endMs - 1, saying.atMs + AGAIN_AFTER_MS) });
    }
    const due = second === seconds - 1 ? lastOf(again, words, repeats - repeated) : (again[second] ?? []);
    yield [...words, ...due].sort((a, b) => a.atMs - b.atMs);
  }
}

/** In the last second as many come again as are still missing, so that the number is exact. */
const lastOf = (again: readonly Saying[][], words: readonly Saying[], missing: number): readonly Saying[] => [
  ...(again.at(-1) ?? []),
  ...Array.from({ length: missing }, (_, at) => words[at % words.length]).filter((one) => one !== undefined),
];

/** A sign of life: values, "I am here", or "nothing is the matter" told again. */
function signOfLife(device: string, turn: number, atMs: number): Saying {
  switch (turn % 3) {
    case 0:
      return {
        atMs,
        device,
        kind: 'telemetry',
        body: { values: { battery: 40 + (turn % 60), rssi: -110 + (turn % 50) } },
      };
    case 1:
      return { atMs, device, kind: 'status', body: 'online' };
    default:
      return { atMs, device, kind: 'event', body: { id: `s${turn}`, type: 'device.tamper', active: false } };
  }
}
