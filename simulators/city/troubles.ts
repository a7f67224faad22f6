import { allOf, type City, type CityDevice } from './devices.ts';
import type { Hours } from './noise.ts';
import { chanceOf } from './random.ts';
import type { Script } from './saying.ts';
import type { Stage } from './stage.ts';

type Trouble = (script: Script, city: City, stage: Stage, hours: Hours) => void;

/** One cause each, and a thousand signals. */
export const TROUBLES: Readonly<Record<string, Trouble>> = { thunderstorm, works, powerCut, recorderAway, babblers };

const FENCE = 'railway.perimeter.intrusion';

/** It goes along the line for the whole story: each stroke shakes every fence within 1.5 km, some for seconds. */
function thunderstorm(script: Script, city: City, { storm }: Stage, { endMs }: Hours): void {
  const { between } = chanceOf(city.seed, 'thunderstorm');
  const fences = storm.flatMap((spot) => spot.fences);
  const posts = fences.map(({ place }) => place.kmValue ?? 0);
  const [first, last] = [Math.min(...posts), Math.max(...posts)];
  for (let at = between(0, 20_000); at < endMs - 5_000; at += between(300, 1_700)) {
    const centre = first + ((last - first) * at) / endMs;
    const stroke = centre + between(-3_000, 3_000);
    for (const { id, place } of fences) {
      const awayM = Math.abs((place.kmValue ?? 0) - stroke);
      if (awayM < 1_500) script.lasts(at + awayM / 3, id, FENCE, between(200, 4_000), between(150, 600));
    }
  }
}

/** People replace fences on a stretch: whatever is said there is their work. */
function works(script: Script, city: City, stage: Stage, { endMs }: Hours): void {
  const { between } = chanceOf(city.seed, 'works');
  for (const { id } of stage.works.flatMap((spot) => spot.fences))
    for (let at = between(0, 5_000); at < endMs; at += between(1_000, 4_000))
      script.lasts(at, id, FENCE, between(200, 900));
}

/** A township loses its power: what has a battery says so, what has none is gone, and comes back. */
function powerCut(script: Script, city: City, { darkTownship }: Stage, { endMs }: Hours): void {
  const { between } = chanceOf(city.seed, 'power cut');
  const cutAt = endMs * 0.3;
  const backAt = endMs * 0.8;
  for (const [at, { id }] of allOf(darkTownship.of).entries()) {
    script.add({ atMs: 0, device: id, kind: 'status', body: 'online' });
    if (at % 4 === 0) {
      script.lasts(cutAt + between(0, 3_000), id, 'device.power.lost', backAt - cutAt, 60_000);
      continue;
    }
    script.add({ atMs: cutAt + between(0, 60_000), device: id, kind: 'status', body: 'offline' });
    script.add({ atMs: backAt + between(0, 30_000), device: id, kind: 'status', body: 'online' });
  }
}

/** A recorder restarts: all of its cameras have no picture for a while. */
function recorderAway(script: Script, city: City, _stage: Stage, { endMs }: Hours): void {
  const { between, pick } = chanceOf(city.seed, 'recorder');
  const cameras = pick(city.compounds).of['yard-camera'] ?? [];
  const awayAt = endMs * 0.5;
  for (const { id } of cameras) script.lasts(awayAt + between(0, 2_000), id, 'device.video.loss', 90_000, 1_000);
}

/** Modules gone mad: a thousand messages a second each. */
function babblers(script: Script, city: City, stage: Stage, { endMs, size }: Hours): void {
  const { between } = chanceOf(city.seed, 'babblers');
  const mad: readonly CityDevice[] = stage.scattered('home-smoke').slice(-Math.max(1, Math.round(3 * size)));
  for (const { id } of mad) {
    const from = between(0, endMs / 2);
    for (let turn = 0; turn < 20_000 * Math.min(1, size); turn += 1)
      script.event(from + turn, id, 'device.sensor.fault', true);
  }
}
